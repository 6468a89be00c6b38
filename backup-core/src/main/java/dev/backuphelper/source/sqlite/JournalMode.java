package dev.backuphelper.source.sqlite;

import java.util.Locale;
import java.util.Map;

/** How a database keeps its transactions, as far as its file says. */
enum JournalMode {
  /** A write-ahead log. */
  WAL,
  /** A rollback journal; what becomes of it after a commit is each connection's own affair. */
  DELETE;

  /** The key under which a manifest records it. */
  static final String FACT = "journal_mode";

  /** Returns the spelling of manifests and of SQL. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns what a manifest recorded; a rollback journal when it recorded nothing. */
  static JournalMode of(Map<String, Object> facts) {
    return WAL.key().equals(facts.get(FACT)) ? WAL : DELETE;
  }
}
