package dev.backuphelper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupType;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The same with incremental backups, as the first version wrote them that made some: the first has
 * page maps, the second builds on it, the fourth builds on the second and is compressed. What holds
 * of the plain store holds of this one.
 */
class GoldenChainedStoreTest extends GoldenStoreTest {
  @Override
  String name() {
    return "format-1-chained";
  }

  @Test
  void chains_areRead() {
    Backup fourth = backups().find(GoldenStore.UNVERIFIED).orElseThrow();

    List<Backup> chain = backups().chain(fourth);

    assertThat(chain)
        .extracting(Backup::id)
        .containsExactly(GoldenStore.FIRST, GoldenStore.SECOND, GoldenStore.UNVERIFIED);
    assertThat(chain)
        .extracting(Backup::type)
        .containsExactly(BackupType.FULL, BackupType.INCREMENTAL, BackupType.INCREMENTAL);
    assertThat(chain.get(0).components()).allMatch(component -> component.pageMap() != null);
    assertThat(chain.get(2).components())
        .allMatch(component -> component.file().endsWith(".delta.zst"));
  }
}
