package dev.backuphelper.cli;

import dev.backuphelper.report.UsageReport;
import picocli.CommandLine;

/** Shows how much storage the backups use. */
@CommandLine.Command(
    name = "size",
    header = "Show how much storage the backups use.",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {ExitCodes.HELP_DONE, ExitCodes.HELP_FAILED, ExitCodes.HELP_USAGE},
    footerHeading = "%nExamples:%n",
    footer = {"  backup size --json"})
final class SizeCommand implements Command {
  @Override
  public void prepare(Result result) {
    put(result, new UsageReport(0, 0, 0, 0));
  }

  @Override
  public void run(Session session, Result result) {
    UsageReport usage = session.open().usage();
    put(result, usage);
    result.say(
        String.format(
            "%s in %s, in %s",
            Format.size(usage.totalBytes()),
            Format.count(usage.backups(), "backup"),
            Format.absolute(session.directory())));
    result.say("  artifacts " + Format.size(usage.artifactBytes()));
    result.say("  metadata  " + Format.size(usage.metadataBytes()));
    result.sayEssence(Long.toString(usage.totalBytes()));
  }

  private static void put(Result result, UsageReport usage) {
    result.put("total_bytes", usage.totalBytes());
    result.put("backups", usage.backups());
    result.put("artifacts_bytes", usage.artifactBytes());
    result.put("metadata_bytes", usage.metadataBytes());
  }
}
