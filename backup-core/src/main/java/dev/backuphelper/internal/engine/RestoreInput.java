package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.Catalog;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.SourceException;
import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.Check;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.CheckStatus;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.report.VerifyReport.VerifiedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a restore takes its images from, examined before any target is touched. */
final class RestoreInput implements AutoCloseable {
  private final Context context;
  private final RestoreOrder order;
  private final List<String> warnings;
  private final Map<SourceName, LocalImage> images = new HashMap<>();
  private boolean damaged;

  /** Findings that do not stop the restore are added to {@code warnings}. */
  RestoreInput(Context context, RestoreOrder order, List<String> warnings) {
    this.context = context;
    this.order = order;
    this.warnings = warnings;
  }

  /** Returns the components of a backup that are to be restored. */
  List<Component> components(Backup backup) {
    if (order.components().isEmpty()) {
      return backup.components();
    }
    List<Component> components = new ArrayList<>();
    for (SourceName name : order.components()) {
      components.add(backup.manifest().component(name).orElseThrow(() -> noSuch(name, backup)));
    }
    return components;
  }

  private static InvalidRequestException noSuch(SourceName name, Backup backup) {
    return new InvalidRequestException(
        "backup %s has no component %s".formatted(backup.id(), name),
        "It has: " + backup.components().stream().map(Component::name).toList());
  }

  /**
   * Examines those components; what does not verify is refused, unless the caller insists. Their
   * images stay until this is closed: what was examined is what is restored.
   */
  void requireSound(Backup backup, List<Component> components) throws IOException {
    StoredForm.requireKnown(backup);
    Catalog catalog = context.catalog();
    BackupCheck check = new BackupCheck(context);
    Optional<String> manifestProblem = catalog.manifestProblem(backup.id());
    for (Component component : components) {
      BackupCheck.Examined examined = check.open(backup, component, level(), manifestProblem);
      if (examined.image() != null) {
        images.put(component.name(), examined.image());
      }
      BackupCheck.Finding finding = examined.finding();
      VerifiedFile found = finding.file();
      // A damaged source was backed up as the best there is; restoring exactly that is its use.
      boolean asDamagedAsItWas = backup.damaged() && finding.intact();
      if (asDamagedAsItWas && (!found.valid() || failedThen(component))) {
        acceptDamaged(backup, component, found);
      }
      boolean usable = found.valid() || finding.exact() || asDamagedAsItWas;
      boolean present = found.sha256().isPresent();
      if (!usable && (order.verified() || !present)) {
        throw BackupCheck.refusal(
            found,
            "backup %s does not verify, nothing was restored: %s"
                .formatted(backup.id(), found.error().orElse("")),
            betterOne(backup));
      }
      found.error().ifPresent(text -> warnings.add("backup %s: %s".formatted(backup.id(), text)));
    }
  }

  /** Returns the image of a component that was examined. */
  LocalImage image(SourceName name) {
    return Objects.requireNonNull(images.get(name), () -> name + " was not examined");
  }

  @Override
  public void close() throws IOException {
    for (LocalImage image : images.values()) {
      image.close();
    }
  }

  // The checks of that time may have been more thorough than these.
  private static boolean failedThen(Component component) {
    return component.checks().stream().anyMatch(Check::isFailed);
  }

  private void acceptDamaged(Backup backup, Component component, VerifiedFile found)
      throws IOException {
    String problem =
        "backup %s is damaged: %s failed its checks when it was backed up"
            .formatted(backup.id(), component.source());
    if (order.refuseDamaged() && order.verified()) {
      throw new CorruptBackupException(
          ErrorCode.CORRUPT,
          problem + "; nothing was restored",
          "Named by its id, it is restored as it is. " + betterOne(backup));
    }
    damaged = true;
    if (found.valid()) {
      warnings.add(problem);
    }
  }

  /** Tells whether something of what is restored was damaged when it was backed up. */
  boolean isDamaged() {
    return damaged;
  }

  private CheckLevel level() {
    return order.verified() ? CheckLevel.QUICK : CheckLevel.NONE;
  }

  private String betterOne(Backup bad) throws IOException {
    BackupCheck check = new BackupCheck(context);
    for (Backup candidate : context.catalog().list().backups()) {
      if (candidate.group().equals(bad.group())
          && !candidate.id().equals(bad.id())
          && !candidate.damaged()
          && verifies(check, candidate)) {
        return "The newest that verifies is %s: restore %s"
            .formatted(candidate.id(), candidate.id());
      }
    }
    return "No other backup of these databases verifies.";
  }

  // A dry run leaves nothing in the store, not even what it found out.
  private boolean verifies(BackupCheck check, Backup candidate) throws IOException {
    List<VerifiedFile> found =
        order.dryRun()
            ? check.look(candidate, CheckLevel.QUICK)
            : check.examine(candidate, CheckLevel.QUICK);
    return found.stream().allMatch(VerifiedFile::valid);
  }

  /** A plain file whose image, with that SHA-256, was staged and examined. */
  record StagedFile(Path file, String sha256, Map<String, Object> facts) {}

  /**
   * Stages the plain file that was named, or the newest valid one of the folder that was named.
   *
   * @param image an empty private file
   */
  StagedFile stage(Path named, Path image) throws IOException {
    if (!Files.isDirectory(named)) {
      return stageOne(named, image);
    }
    String pattern = order.pattern();
    List<String> skipped = new ArrayList<>();
    List<PlainFolder.Entry> entries =
        new PlainFolder(named, pattern == null ? List.of() : List.of(pattern)).files();
    for (PlainFolder.Entry entry : entries) {
      try {
        StagedFile staged = stageOne(entry.path(), image);
        warnings.addAll(skipped);
        return staged;
      } catch (BackupException unusable) {
        if (unusable.code() == ErrorCode.NO_SPACE) {
          // That is no fault of the file, and no reason to restore an older one.
          throw unusable;
        }
        Files.deleteIfExists(image);
        PrivateFiles.create(image);
        skipped.add("skipped %s: %s".formatted(entry.path(), reason(unusable, entry.path())));
      }
    }
    throw nothingIn(named, skipped);
  }

  // The message names the file for those who named it; here the line does.
  private static String reason(BackupException unusable, Path file) {
    return String.valueOf(unusable.getMessage())
        .replace("validation failed: " + file + ": ", "")
        .replace("validation failed: " + file + " is", "it is")
        .replace("cannot read " + file + ": ", "");
  }

  private static BackupException nothingIn(Path folder, List<String> skipped) {
    return skipped.isEmpty()
        ? new SourceException(
            ErrorCode.SOURCE_NOT_FOUND,
            "no database file found in " + folder,
            "Name others with --pattern.")
        : new CorruptBackupException(
            ErrorCode.CORRUPT,
            "no valid database file in " + folder + ": " + skipped,
            "Name others with --pattern, or restore from another folder.");
  }

  private StagedFile stageOne(Path file, Path image) throws IOException {
    PlainFile plain = new PlainFile(context, file);
    plain.requireContent();
    Map<String, Object> facts = plain.stageTo(image, context.patience());
    ImageCheck read = ImageCheck.of(plain.source(), image, level());
    for (Check found : read.inspection().checks()) {
      @Nullable String problem = problem(found);
      if (problem != null && order.verified()) {
        throw new CorruptBackupException(
            ErrorCode.CORRUPT,
            "validation failed: %s: %s".formatted(file, problem),
            "Use another file; verify tells which are good.");
      }
      if (problem != null) {
        warnings.add(file + ": " + problem);
      }
    }
    return new StagedFile(file, read.digests().image().sha256(), facts);
  }

  private static @Nullable String problem(Check check) {
    boolean noTables = check.name().equals("tables") && check.status() != CheckStatus.OK;
    return check.isFailed() || noTables ? check.name() + ": " + check.detail() : null;
  }
}
