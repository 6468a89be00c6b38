package dev.backuphelper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Component;
import org.junit.jupiter.api.Test;

/**
 * The same with compressed artifacts, as the first version wrote them that compressed: by zstd and
 * by gzip. What holds of the plain store holds of this one.
 */
class GoldenCompressedStoreTest extends GoldenStoreTest {
  @Override
  String name() {
    return "format-1-compressed";
  }

  @Override
  String suffix(BackupId id) {
    return GoldenStore.compression(id).codec().suffix();
  }

  @Test
  void artifacts_areNamedAfterTheirCodec() {
    for (Backup backup : backups().list()) {
      assertThat(backup.manifest().compression())
          .isEqualTo(GoldenStore.compression(backup.id()).codec().key());
      assertThat(backup.components())
          .extracting(Component::file)
          .allMatch(file -> file.endsWith(backup.id() + suffix(backup.id())));
    }
  }
}
