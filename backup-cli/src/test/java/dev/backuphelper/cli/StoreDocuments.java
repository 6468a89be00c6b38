package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.CreateRequest;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.GroupId;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Real documents of a store, those too that are there for a moment only. */
final class StoreDocuments {
  private final Path store;
  private final Path database;
  private final Map<String, byte[]> documents = new HashMap<>();

  private StoreDocuments(Path folder) {
    store = folder.resolve("captured");
    database = folder.resolve("captured.db");
  }

  /** Returns the documents by what the format calls them. Makes and restores a backup for it. */
  static Map<String, byte[]> capture(Path folder) throws IOException {
    StoreDocuments captured = new StoreDocuments(folder);
    Files.deleteIfExists(captured.database);
    Files.copy(folder.resolve("app.db"), captured.database);
    captured.work();
    return captured.documents;
  }

  private void work() throws IOException {
    BackupHelper backups =
        BackupHelper.builder()
            .source(SqliteSource.of(database))
            .directory(store)
            .listener(this::hear)
            .build();
    BackupId id = backups.create(CreateRequest.builder().tag("release", "1.4").build()).id();
    keep("manifest", store, "backup-metadata." + id + ".json");
    keep("checks", store, "backup-checks." + id + ".json");
    backups.restore(RestoreRequest.of(id).build());
  }

  private void hear(BackupEvent event) {
    if (event instanceof BackupEvent.Step step) {
      switch (step.step()) {
        case "intent-written" -> keep("intent", store, ".intent-");
        case "pointer-written" -> keep("pointer", store, ".open-");
        case "phase-writing" ->
            keep("plan", database.getParent(), database.getFileName() + ".backup-open.json");
        default -> {}
      }
    }
  }

  private void keep(String name, Path folder, String start) {
    try (Stream<Path> files = Files.list(folder)) {
      Path file =
          files
              .filter(f -> f.getFileName().toString().startsWith(start))
              .sorted()
              .findFirst()
              .orElseThrow();
      documents.putIfAbsent(name, Files.readAllBytes(file));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Returns what the library says of an example whose result is shown under that name. */
  static String expectedValue(String name) {
    return name.equals("group")
        ? GroupId.of(List.of(component("memory.db"), component("app.db"))).value()
        : "";
  }

  private static Component component(String name) {
    String digest = "0".repeat(64);
    return new Component(
        new SourceName(name),
        "sqlite",
        "3",
        "/srv/app/" + name,
        Instant.EPOCH,
        name,
        0,
        digest,
        0,
        digest,
        List.of(),
        Map.of(),
        null,
        null);
  }
}
