package dev.backuphelper.migration;

import java.util.List;

/** What a migration had committed when it failed. */
enum Mishap {
  /** Nothing: its first statement failed. */
  FIRST_STATEMENT(),
  /** Tables, of which one is full, and an index. */
  NEW_TABLES(
      "CREATE TABLE added(id INTEGER PRIMARY KEY, x)",
      "INSERT INTO added SELECT id, name FROM item",
      "CREATE TABLE another(a) STRICT".replace("(a)", "(a TEXT)"),
      "CREATE UNIQUE INDEX by_x ON added(x)"),
  /** Views and triggers, new ones, changed ones and lost ones. */
  VIEWS_AND_TRIGGERS(
      "CREATE VIEW dear AS SELECT name FROM item WHERE price > 5",
      "DROP VIEW cheap",
      "CREATE VIEW cheap AS SELECT id FROM item",
      "CREATE TRIGGER noisy BEFORE INSERT ON item BEGIN SELECT raise(ABORT, 'no'); END",
      "DROP TRIGGER tidy"),
  /** Virtual tables, which have tables of their own. */
  VIRTUAL_TABLES(
      "CREATE VIRTUAL TABLE found USING fts5(name)", "INSERT INTO found SELECT name FROM item"),
  /** The numbers that applications keep beside their tables. */
  VERSIONS("PRAGMA user_version=2", "PRAGMA application_id=4711"),
  /** Columns, dropped and renamed and added. */
  COLUMNS(
      "DROP VIEW cheap",
      "ALTER TABLE item DROP COLUMN price",
      "ALTER TABLE item RENAME COLUMN name TO label",
      "ALTER TABLE item ADD COLUMN colour TEXT DEFAULT 'red'"),
  /** A table built anew, as SQLite's manual says. */
  TABLE_BUILT_ANEW(
      "PRAGMA foreign_keys=OFF",
      "DROP VIEW cheap",
      "CREATE TABLE new_item(id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
      "INSERT INTO new_item SELECT id, name FROM item",
      "DROP TABLE item",
      "ALTER TABLE new_item RENAME TO item"),
  /** All data. */
  DATA_LOST("DELETE FROM part", "DELETE FROM item"),
  /** All tables. */
  TABLES_LOST("DROP VIEW cheap", "DROP TABLE part", "DROP TABLE item"),
  /** The other journal mode. */
  JOURNAL_MODE_WAL("PRAGMA journal_mode=wal", "DELETE FROM part"),
  /** The other journal mode. */
  JOURNAL_MODE_DELETE("PRAGMA journal_mode=delete", "DELETE FROM part"),
  /** A file that is smaller and numbers its pages anew. */
  VACUUM("DELETE FROM item WHERE id > 20", "VACUUM"),
  /** Larger pages. */
  PAGE_SIZE("PRAGMA journal_mode=delete", "PRAGMA page_size=8192", "VACUUM"),
  /** Larger pages, with a log. */
  PAGE_SIZE_WAL(
      "PRAGMA journal_mode=delete",
      "PRAGMA page_size=8192",
      "VACUUM",
      "PRAGMA journal_mode=wal",
      "DELETE FROM part"),
  /** Pages that are moved when others are freed. */
  AUTO_VACUUM(
      "PRAGMA journal_mode=delete", "PRAGMA auto_vacuum=FULL", "VACUUM", "DELETE FROM part"),
  /** Another encoding cannot be had once there are tables; many pages can. */
  GROWN(
      "CREATE TABLE ballast(b)",
      "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 2000)"
          + " INSERT INTO ballast SELECT randomblob(900) FROM r"),
  /** A log that nobody folded into the file. */
  FULL_LOG("PRAGMA journal_mode=wal", "PRAGMA wal_autocheckpoint=0", "DELETE FROM part");

  @SuppressWarnings("ImmutableEnumChecker") // List.of makes lists that never change
  private final List<String> statements;

  Mishap(String... statements) {
    this.statements = List.of(statements);
  }

  /** Returns the statements, each of which commits, on one connection. */
  String[] statements() {
    return statements.toArray(new String[0]);
  }

  /** Tells whether the file has other pages than before. */
  boolean changesPages() {
    return this == PAGE_SIZE || this == PAGE_SIZE_WAL;
  }
}
