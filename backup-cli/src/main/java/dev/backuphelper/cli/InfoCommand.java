package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.KeyException;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Check;
import dev.backuphelper.model.CheckStatus;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.Manifest;
import dev.backuphelper.model.Verification;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Shows everything that is known of one backup. */
@CommandLine.Command(
    name = "info",
    header = "Show everything known of one backup.",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      ExitCodes.HELP_DONE,
      ExitCodes.HELP_FAILED,
      ExitCodes.HELP_USAGE,
      ExitCodes.HELP_INVALID,
      ExitCodes.HELP_NOT_FOUND
    },
    footerHeading = "%nExamples:%n",
    footer = {"  backup info latest", "  backup info 20261120-0702 --json"})
final class InfoCommand implements Command {
  @Parameters(paramLabel = "ID", description = "An id, the beginning of one, or latest.")
  String id = "";

  @Override
  public void prepare(Result result) {
    result.put("backup", null);
    result.put("chain", List.of());
  }

  @Override
  public void run(Session session, Result result) {
    String named = Reference.backup(id);
    BackupHelper backups = session.open();
    Backup backup = unlocked(backups, backups.resolve(named), session);
    result.put("backup", BackupView.values(backup));
    result.put("chain", List.of(backup.id().value()));
    result.sayEssence(backup.id().value());
    describe(backup, result);
    backup.parent().ifPresent(parent -> describeChain(backups, backup, session, result));
    describe(backup.manifest(), result);
    backup.components().forEach(component -> describe(component, result));
  }

  // Without a key the rest is known all the same.
  private static Backup unlocked(BackupHelper backups, Backup backup, Session session) {
    if (!backup.manifest().encrypted()) {
      return backup;
    }
    try {
      return backups.unlock(backup);
    } catch (KeyException locked) {
      session.warn("what is encrypted is not shown: " + locked.getMessage());
      return backup;
    }
  }

  private static void describeChain(
      BackupHelper backups, Backup backup, Session session, Result result) {
    try {
      List<String> ids = backups.chain(backup).stream().map(link -> link.id().value()).toList();
      result.put("chain", ids);
      line(result, "chain", String.join(", ", ids));
    } catch (BackupException broken) {
      session.warn("its chain is broken: " + broken.getMessage());
    }
  }

  private static void describe(Backup backup, Result result) {
    line(result, "id", backup.id().value());
    line(result, "date", Format.moment(backup.manifest().date()));
    line(result, "kind", backup.kind().key());
    line(result, "type", backup.type().key());
    line(result, "parent", backup.parent().map(BackupId::value).orElse(null));
    line(result, "size", Format.size(backup.size()) + " (" + backup.size() + " bytes)");
    if (backup.manifest().compression() != null || backup.parent().isPresent()) {
      long original = BackupView.originalSize(backup);
      line(result, "image size", Format.size(original) + " (" + original + " bytes)");
    }
    line(result, "pinned", backup.pinned() ? "yes" : "no");
    line(result, "damaged", backup.damaged() ? "yes: a source failed its own checks" : null);
    line(result, "verified", backup.verification().map(InfoCommand::outcome).orElse("never"));
  }

  private static String outcome(Verification verification) {
    return String.format(
        "%s (%s) on %s",
        verification.good() ? "good" : "BAD",
        verification.level().key(),
        Format.moment(verification.at()));
  }

  private static void describe(Manifest manifest, Result result) {
    Manifest.Origin origin = manifest.origin();
    Manifest.Encryption encryption = manifest.encryption();
    line(result, "operation", manifest.operation());
    line(result, "description", manifest.description());
    manifest.tags().forEach((key, value) -> line(result, "tag", key + "=" + value));
    line(result, "made by", origin.user() + " on " + origin.hostname() + ", " + origin.tool());
    line(result, "asked by", origin.createdBy());
    line(result, "git commit", origin.gitCommit());
    line(result, "git branch", origin.gitBranch());
    line(result, "duration", Format.duration(Duration.ofMillis(manifest.durationMillis())));
    line(result, "compression", manifest.compression());
    line(result, "encrypted", encryption == null ? null : encryption.cipher());
    line(result, "group", manifest.group().value());
  }

  private static void describe(Component component, Result result) {
    result.say("");
    result.say(component.name().value());
    part(result, "source", component.source());
    part(result, "snapshot", Format.moment(component.snapshotAt()));
    part(result, "engine", component.engine() + " " + component.engineVersion());
    part(result, "file", component.file());
    part(result, "size", component.size() + " bytes");
    part(result, "sha256", component.sha256());
    String imageSha256 = component.originalSha256();
    Component.Delta delta = component.delta();
    if (delta != null) {
      part(result, "changed pages", String.valueOf(delta.pages()));
    }
    if (!component.sha256().equals(imageSha256)) {
      part(result, "image size", component.originalSize() + " bytes");
      part(result, "image sha256", imageSha256 == null ? "encrypted" : imageSha256);
    }
    component.checks().forEach(check -> part(result, "check", words(check)));
    component.facts().forEach((key, value) -> part(result, key.replace('_', ' '), words(value)));
  }

  private static String words(Check check) {
    String words = check.name() + ": " + check.status().key();
    return check.status() == CheckStatus.OK || check.detail().isEmpty()
        ? words
        : words + " (" + check.detail() + ")";
  }

  private static String words(@Nullable Object fact) {
    if (fact instanceof List<?> list) {
      return list.stream().map(InfoCommand::words).collect(Collectors.joining(", "));
    }
    if (fact instanceof Map<?, ?> map) {
      return map.values().stream().map(InfoCommand::words).collect(Collectors.joining(" "));
    }
    return fact == null ? "-" : fact.toString();
  }

  private static void line(Result result, String key, @Nullable String value) {
    if (value != null) {
      result.say(String.format("%-12s %s", key, value));
    }
  }

  private static void part(Result result, String key, String value) {
    result.say(String.format("  %-14s %s", key, value));
  }
}
