package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.CreateRequest;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.Compression;
import dev.backuphelper.model.CompressionCodec;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Everything that the documents show works, and everything that they name exists. */
class DocumentationTest {
  private static final Path ROOT = root();
  private static final Set<String> LANGUAGES =
      Set.of("sh", "java", "json", "text", "console", "crontab", "xml", "yaml");

  /** What is shown but cannot be run here. A line that is not in this list fails the test. */
  private static final Set<String> CONSOLE_LINES =
      Set.of(
          "mvn -B --no-transfer-progress verify",
          "mvn -B --no-transfer-progress verify -Pthorough",
          "mvn -B --no-transfer-progress -Pfast -Dmaven.test.skip=true"
              + " -pl backup-migration-support -am install",
          "mvn -Pfast -pl backup-core test",
          "mvn -Pfast -pl backup-core test -Dtest='RetentionPolicyTest'",
          "mvn -Pfast -pl backup-cli -am test -Dtest='DocumentationTest'"
              + " -Dsurefire.failIfNoSpecifiedTests=false",
          "mvn -Pfast -pl examples -am test -Dtest='PlainJdbcTest'"
              + " -Dsurefire.failIfNoSpecifiedTests=false",
          "mvn spotless:apply",
          "sha256sum -c *.sha256",
          "zstd -d app.db.backup.20261120-070212-345.zst -o app.db",
          "gunzip --stdout app.db.backup.20261120-070212-345.gz > app.db",
          "sha256sum -c *.20261120-070212-345*.sha256",
          "cp app.db.backup.20261120-070212-345 /srv/app/restored.db",
          "sqlite3 /srv/app/restored.db \"PRAGMA integrity_check\"",
          "source <(backup completion)");

  private static final MarkdownDocument CLI = read(ROOT.resolve("docs/cli.md"));

  static List<Path> documents() throws IOException {
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(top, docs)
          .filter(file -> file.toString().endsWith(".md"))
          .sorted()
          .toList();
    }
  }

  static List<Path> documentsWithExamples() throws IOException {
    Set<String> run = Set.of("sh", "java", "json", "crontab", "yaml");
    return documents().stream()
        .filter(file -> read(file).blocks().stream().anyMatch(b -> run.contains(b.language())))
        .toList();
  }

  @Test
  void documents_areFound() throws IOException {
    assertThat(documents())
        .contains(
            ROOT.resolve("README.md"),
            ROOT.resolve("CHANGELOG.md"),
            ROOT.resolve("CONTRIBUTING.md"),
            ROOT.resolve("docs/format.md"),
            ROOT.resolve("docs/migrations.md"),
            ROOT.resolve("docs/reliability.md"));
    assertThat(documentsWithExamples()).contains(ROOT.resolve("README.md"), CLI.file());
  }

  @ParameterizedTest
  @MethodSource("documentsWithExamples")
  void examples_work(Path document, @TempDir Path folder) throws Exception {
    DocumentWorkspace workspace =
        DocumentWorkspace.prepare(folder, ROOT.resolve("docs/example.db"));
    List<String> outcome = workspace.run(document);
    Predicate<String> notRun = line -> line.startsWith(DocumentRunner.NOT_RUN);
    assertThat(outcome.subList(1, outcome.size())).filteredOn(notRun.negate()).isEmpty();
    assertThat(Integer.parseInt(outcome.get(0))).isPositive();
    // All else works; but that must not pass for all.
    assumeThat(outcome.stream().filter(notRun)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void blocks_sayTheirLanguage(Path document) {
    for (MarkdownDocument.Block block : read(document).blocks()) {
      assertThat(block.language()).as(place(document, block)).isIn(LANGUAGES);
      if (block.info().equals("text")) {
        assertThat(block.commands())
            .as(place(document, block))
            .noneMatch(DocumentationTest::isOurs);
      }
    }
  }

  private static boolean isOurs(String line) {
    return line.matches("(\\$ )?(bin/)?backup .*");
  }

  @Test
  void consoleLines_areThoseThatAreKnown() throws IOException {
    Set<String> shown = new TreeSet<>();
    for (MarkdownDocument.Block block : blocks("console")) {
      shown.addAll(block.commands());
    }
    assertThat(shown).containsExactlyInAnyOrderElementsOf(CONSOLE_LINES);
  }

  @Test
  void consoleLines_nameModulesAndProfilesThatExist() throws IOException {
    String pom = Files.readString(ROOT.resolve("pom.xml"));
    for (String line : CONSOLE_LINES) {
      Matcher names = Pattern.compile(" -(P|pl )([a-z-]+)").matcher(line);
      while (names.find()) {
        String element = names.group(1).equals("P") ? "id" : "module";
        assertThat(pom).contains("<" + element + ">" + names.group(2) + "</" + element + ">");
      }
    }
  }

  @Test
  void coordinates_areThoseOfTheBuild() throws Exception {
    List<MarkdownDocument.Block> blocks = blocks("xml");
    assertThat(blocks).isNotEmpty();
    String version = text(xml(Files.readString(ROOT.resolve("pom.xml"))), "version");
    for (MarkdownDocument.Block block : blocks) {
      Document shown = xml(block.text());
      Path pom = ROOT.resolve(text(shown, "artifactId")).resolve("pom.xml");
      assertThat(pom).exists();
      assertThat(text(shown, "groupId")).isEqualTo("dev.backuphelper");
      assertThat(text(shown, "version")).isEqualTo(version);
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void links_leadSomewhere(Path document) {
    for (String link : read(document).links()) {
      if (link.startsWith("https://")) {
        continue;
      }
      String[] parts = link.split("#", 2);
      Path file = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]).normalize();
      assertThat(file).as("%s: link %s", document, link).exists();
      if (parts.length > 1) {
        assertThat(read(file).anchors()).as("%s: link %s", document, link).contains(parts[1]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void filesAndTests_thatAreNamedExist(Path document) throws IOException {
    Predicate<String> isPath =
        Pattern.compile(
                "(docs|bin|examples|backup-(core|cli|migration-support|benchmarks)|\\.ci|\\.github)/[\\w./-]+")
            .asMatchPredicate();
    Predicate<String> isTest = Pattern.compile("[A-Z]\\w+Test").asMatchPredicate();
    Set<String> tests = testClasses();
    for (String code : read(document).codeSpans()) {
      if (isPath.test(code)) {
        assertThat(ROOT.resolve(code)).as("%s: `%s`", document, code).exists();
      } else if (isTest.test(code)) {
        assertThat(tests).as("%s: `%s`", document, code).contains(code);
      }
    }
  }

  @Test
  void safetyRules_nameTheirTests() throws IOException {
    List<List<String>> rules =
        read(ROOT.resolve("docs/reliability.md")).section("Safety rules").orElseThrow().rows();
    assertThat(rules).hasSizeGreaterThanOrEqualTo(14);
    Set<String> tests = testClasses();
    for (List<String> rule : rules) {
      Predicate<String> isItsTest =
          Pattern.compile("SafetyRule%02d\\w+Test".formatted(Integer.valueOf(rule.get(0))))
              .asMatchPredicate();
      assertThat(codes(rule.get(2)).stream().filter(isItsTest))
          .as("tests of rule %s", rule.get(0))
          .containsExactlyInAnyOrderElementsOf(tests.stream().filter(isItsTest).toList());
      assertThat(rule.get(2))
          .as("proof of rule %s", rule.get(0))
          .containsPattern("`\\w+Test`|^later");
    }
  }

  @Test
  void commands_areThoseOfTheProgram() {
    List<String> documented =
        CLI.lines().stream()
            .dropWhile(line -> !line.equals("## Commands"))
            .skip(1)
            .takeWhile(line -> !line.startsWith("## "))
            .filter(line -> line.startsWith("### "))
            .map(line -> line.substring(4))
            .toList();
    assertThat(documented).containsExactlyInAnyOrderElementsOf(commands().keySet());
    commands().forEach(DocumentationTest::requireAliases);
  }

  private static void requireAliases(String command, CommandSpec spec) {
    for (String alias : spec.aliases()) {
      assertThat(prose(command)).contains("Also called `" + alias + "`");
    }
  }

  @Test
  void options_areThoseOfTheProgram() {
    commands()
        .forEach(
            (command, spec) ->
                assertThat(optionNames(section(command).firstCells()))
                    .as("options of %s", command)
                    .isEqualTo(names(spec, option -> !option.inherited())));
    CommandSpec root = Parser.ofAll(new RootCommand()).getCommandSpec();
    assertThat(optionNames(section("Options of every command").firstCells()))
        .isEqualTo(names(root, option -> true));
  }

  /** Cells hold options with their values, as in {@code --kind K} and {@code --compress[=C]}. */
  private static Set<String> optionNames(List<String> cells) {
    return cells.stream()
        .filter(cell -> cell.startsWith("-"))
        .map(cell -> cell.split(" |\\[=", 2)[0])
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> names(CommandSpec spec, Predicate<OptionSpec> wanted) {
    Set<String> names = new TreeSet<>();
    for (OptionSpec option : spec.options()) {
      if (wanted.test(option)) {
        for (String name : option.names()) {
          names.add(option.negatable() ? name.replaceFirst("^--", "--[no-]") : name);
        }
      }
    }
    return names;
  }

  @Test
  void exitCodes_areThoseOfTheProgram() throws IllegalAccessException {
    Set<Integer> documented = new HashSet<>();
    section("Exit codes").rows().forEach(r -> documented.addAll(numbers(r.get(0))));
    assertThat(documented)
        .isEqualTo(exitCodes(Parser.ofAll(new RootCommand()).getCommandSpec()))
        .containsAll(constants());
    commands()
        .forEach(
            (command, spec) ->
                assertThat(section(command).exitCodes())
                    .as("exit codes of %s", command)
                    .isEqualTo(exitCodes(spec)));
  }

  private static Set<Integer> numbers(String text) {
    return MarkdownDocument.Section.numbers(text);
  }

  private static Set<Integer> exitCodes(CommandSpec spec) {
    Set<Integer> codes = new HashSet<>();
    spec.usageMessage().exitCodeList().keySet().forEach(key -> codes.addAll(numbers(key)));
    return codes;
  }

  private static Set<Integer> constants() throws IllegalAccessException {
    Set<Integer> constants = new HashSet<>();
    for (Field field : ExitCodes.class.getDeclaredFields()) {
      if (field.getType() == int.class) {
        constants.add(field.getInt(null));
      }
    }
    return constants;
  }

  @Test
  void errorCodes_areThoseOfTheProgram() throws IOException {
    Map<String, String> documented =
        section("Error codes").rows().stream()
            .collect(Collectors.toMap(row -> codes(row.get(0)).get(0), row -> row.get(1)));
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(documented).containsEntry(code.name(), Integer.toString(ExitCodes.of(code)));
    }
    String sources = sources("backup-cli/src/main/java");
    assertThat(documented.keySet())
        .allMatch(code -> isErrorCode(code) || sources.contains("\"" + code + "\""));
  }

  private static boolean isErrorCode(String name) {
    return Stream.of(ErrorCode.values()).anyMatch(code -> code.name().equals(name));
  }

  @Test
  void environmentVariables_areThoseOfTheProgram() throws IOException {
    Set<String> used = new TreeSet<>();
    Pattern.compile("\"(BACKUP_[A-Z_]+)\"")
        .matcher(sources("backup-cli/src/main/java") + sources("backup-core/src/main/java"))
        .results()
        .forEach(match -> used.add(match.group(1)));
    Set<String> documented = new TreeSet<>(section("Environment").firstCells());
    documented.remove("JAVA_HOME");
    assertThat(documented).isEqualTo(used);
  }

  @Test
  void reader_writtenFromTheFormatPage_readsAStore(@TempDir Path folder) throws Exception {
    DocumentWorkspace workspace =
        DocumentWorkspace.prepare(folder, ROOT.resolve("docs/example.db"));
    Path store = workspace.folder().resolve("backups");
    BackupHelper backups =
        BackupHelper.builder()
            .source(SqliteSource.of(workspace.folder().resolve("app.db")))
            .source(SqliteSource.of(workspace.folder().resolve("data/one.db")))
            .directory(store)
            .build();
    Backup first = backups.create();
    Backup second = backups.create();
    for (CompressionCodec codec : CompressionCodec.values()) {
      backups.create(CreateRequest.builder().compress(Compression.of(codec)).build());
    }
    for (String statement : List.of("PRAGMA user_version=7", "VACUUM")) {
      try (Connection connection =
              DriverManager.getConnection("jdbc:sqlite:" + workspace.folder().resolve("app.db"));
          Statement change = connection.createStatement()) {
        change.execute(statement);
      }
      CreateRequest.Builder incremental = CreateRequest.builder().type(BackupType.INCREMENTAL);
      backups.create(incremental.build());
      backups.create(incremental.compress(Compression.zstd()).build());
    }

    List<Path> images = new FormatReader(store).images();

    assertThat(images)
        .hasSize(16)
        .containsAll(
            Stream.of(first, second)
                .flatMap(backup -> backup.components().stream())
                .map(component -> store.resolve(component.file()))
                .toList());
  }

  private static Map<String, CommandSpec> commands() {
    return Parser.ofAll(new RootCommand()).getSubcommands().values().stream()
        .map(CommandLine::getCommandSpec)
        .distinct()
        .collect(Collectors.toMap(CommandSpec::name, spec -> spec));
  }

  private static MarkdownDocument.Section section(String title) {
    return CLI.section(title).orElseThrow(() -> new AssertionError("no section " + title));
  }

  private static String prose(String title) {
    return String.join(" ", section(title).lines());
  }

  private static List<String> codes(String cell) {
    return Pattern.compile("`([^`]+)`").matcher(cell).results().map(m -> m.group(1)).toList();
  }

  private static List<MarkdownDocument.Block> blocks(String language) throws IOException {
    return documents().stream()
        .flatMap(document -> read(document).blocks().stream())
        .filter(block -> block.language().equals(language))
        .toList();
  }

  private static Set<String> testClasses() throws IOException {
    Set<String> names = new HashSet<>();
    for (Path file :
        javaFiles(
            "backup-core/src/test/java",
            "backup-encryption/src/test/java",
            "backup-migration-support/src/test/java",
            "examples/src/test/java",
            "backup-cli/src/test/java")) {
      names.add(file.getFileName().toString().replace(".java", ""));
    }
    return names;
  }

  private static String sources(String folder) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Path file : javaFiles(folder)) {
      text.append(Files.readString(file));
    }
    return text.toString();
  }

  private static List<Path> javaFiles(String... folders) throws IOException {
    List<Path> found = new ArrayList<>();
    for (String folder : folders) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(found::add);
      }
    }
    return found;
  }

  private static Document xml(String text) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(
            new java.io.ByteArrayInputStream(
                text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  private static String text(Document document, String element) {
    return document.getElementsByTagName(element).item(0).getTextContent();
  }

  private static String place(Path document, MarkdownDocument.Block block) {
    return document + ":" + block.line();
  }

  private static MarkdownDocument read(Path file) {
    try {
      return MarkdownDocument.read(file);
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("docs/format.md"))) {
      folder = folder.getParent();
    }
    return folder;
  }
}
