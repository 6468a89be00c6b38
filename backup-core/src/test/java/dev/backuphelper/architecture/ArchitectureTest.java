package dev.backuphelper.architecture;

import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.never;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import dev.backuphelper.BackupHelper;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * How the library is cut into parts. Each rule first makes sure that it has something to look at:
 * one that looks at nothing is always kept.
 */
class ArchitectureTest {
  private static final String ROOT = "dev.backuphelper";

  /** The packages, lowest first: each uses only those above it in this list. */
  private static final List<Set<String>> LAYERS =
      List.of(
          Set.of("model"),
          Set.of("error"),
          Set.of("internal.io"),
          Set.of("codec", "store", "source"),
          Set.of("source.sqlite", "store.local"),
          Set.of("catalog", "internal.delta", "retention"),
          Set.of("report", "event"),
          Set.of("internal.engine"),
          Set.of(""));

  /** The one use of a higher package: a catalog returns what users see of it. */
  private static final Set<String> EXCEPTIONS =
      Set.of(
          "catalog.Catalog uses report.Listing", "catalog.Catalog uses report.Listing$Unreadable");

  // The predefined option does not know the folder that the profile "fast" compiles to.
  private static final ImportOption NO_TESTS =
      location -> !location.contains("/test-classes/") && !location.contains("/backup-testing/");

  private static final JavaClasses WITH_PACKAGE_INFOS =
      new ClassFileImporter().withImportOption(NO_TESTS).importPackages(ROOT);

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(NO_TESTS)
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_PACKAGE_INFOS)
          .importPackages(ROOT);

  private static String packageOf(JavaClass type) {
    String name = type.getPackageName();
    return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1);
  }

  private static boolean isOurs(JavaClass type) {
    return type.getPackageName().equals(ROOT) || type.getPackageName().startsWith(ROOT + ".");
  }

  private static int layerOf(String name) {
    for (int layer = 0; layer < LAYERS.size(); layer++) {
      if (LAYERS.get(layer).contains(name)) {
        return layer;
      }
    }
    throw new AssertionError("the package " + name + " is in no layer");
  }

  private static List<JavaClass> in(String name) {
    return CLASSES.stream().filter(type -> packageOf(type).equals(name)).toList();
  }

  private static boolean isExported(JavaClass type) {
    return !packageOf(type).startsWith("internal.");
  }

  /** Returns the classes that a user of the library can name. */
  private static List<JavaClass> publicTypes() {
    return CLASSES.stream()
        .filter(ArchitectureTest::isExported)
        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
        .toList();
  }

  @Test
  void classes_areFound_theOnesOfTheTestsNotAmongThem() {
    assertThat(CLASSES.size()).isGreaterThan(150);
    assertThat(CLASSES.contain(BackupHelper.class)).isTrue();
    assertThat(CLASSES.contain(ArchitectureTest.class)).isFalse();
    assertThat(publicTypes()).hasSizeGreaterThan(60);
  }

  @Test
  void everyPackage_isInALayer_andEveryLayerHasPackages() {
    Set<String> found = new TreeSet<>();
    CLASSES.forEach(type -> found.add(packageOf(type)));

    assertThat(found)
        .containsExactlyInAnyOrderElementsOf(LAYERS.stream().flatMap(Set::stream).toList());
  }

  @Test
  void packages_useOnlyThoseBelowThem() {
    Set<String> upwards = new TreeSet<>();
    int looked = 0;
    for (JavaClass type : CLASSES) {
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (isOurs(target) && !packageOf(target).equals(packageOf(type))) {
          looked++;
          if (layerOf(packageOf(target)) >= layerOf(packageOf(type))) {
            upwards.add(shortName(outermost(type)) + " uses " + shortName(target));
          }
        }
      }
    }

    assertThat(upwards).containsExactlyInAnyOrderElementsOf(EXCEPTIONS);
    assertThat(looked).isGreaterThan(500);
  }

  private static String shortName(JavaClass type) {
    return type.getName().substring(ROOT.length() + 1);
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
  }

  @Test
  void packages_haveNoCycles() {
    SlicesRuleDefinition.slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
    assertThat(LAYERS).hasSizeGreaterThan(5);
  }

  @Test
  void leaves_areUsedByTheBuildersShortcutsAlone() {
    assertThat(in("source.sqlite")).hasSizeGreaterThan(20);
    assertThat(in("store.local")).hasSizeGreaterThan(1);
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + ".source.sqlite..", ROOT + ".store.local..")
        .and()
        .doNotBelongToAnyOf(BackupHelper.class)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + ".source.sqlite..", ROOT + ".store.local..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".source.sqlite..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + ".store..")
        .check(CLASSES);
  }

  @Test
  void leaves_showOneClassAndItsBuilder() {
    assertThat(publicTypesOf("source.sqlite"))
        .containsExactlyInAnyOrder(
            "SqliteSource", "SqliteSource$Builder", "SqliteSource$ConnectionHook");
    assertThat(publicTypesOf("store.local")).containsExactly("LocalStore");
  }

  private static List<String> publicTypesOf(String name) {
    return in(name).stream()
        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
        .map(type -> type.getName().substring(type.getName().lastIndexOf('.') + 1))
        .toList();
  }

  @Test
  void fileChannels_areOpenedByInternalIo_andForPrivateImages() {
    Set<String> openers = callersOf(FileChannel.class, "open");

    // Images are private files that no connection but our own can have open.
    assertThat(openers)
        .containsExactlyInAnyOrder(
            "internal.delta.DeltaReader",
            "internal.delta.DeltaWriter",
            "internal.delta.PageMap",
            "internal.io.DirectoryLock$LockFile",
            "internal.io.PrivateFiles",
            "internal.io.Writeback",
            "source.sqlite.ImageFile");
  }

  @Test
  void locks_areTakenByDirectoryLockAlone() {
    assertThat(callersOf(FileChannel.class, "tryLock"))
        .containsExactly("internal.io.DirectoryLock$LockFile");
    assertThat(callersOf(FileChannel.class, "lock")).isEmpty();
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".internal.io")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(FileLock.class)
        .check(CLASSES);
  }

  private static Set<String> callersOf(Class<?> owner, String method) {
    Set<String> callers = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      type.getMethodCallsFromSelf().stream()
          .filter(call -> call.getTargetOwner().isAssignableTo(owner))
          .filter(call -> call.getName().equals(method))
          .forEach(call -> callers.add(shortName(type)));
    }
    return callers;
  }

  private static final Pattern READS =
      Pattern.compile(
          "newInputStream|newOutputStream|newByteChannel|newBufferedReader|newBufferedWriter"
              + "|readAllBytes|readAllLines|readString|lines|write|writeString|copy|mismatch"
              + "|probeContentType");

  private static final List<String> STREAM_TYPES =
      List.of(
          "java.io.FileInputStream",
          "java.io.FileOutputStream",
          "java.io.RandomAccessFile",
          "java.io.FileReader",
          "java.io.FileWriter",
          "java.util.Scanner",
          "java.util.zip.ZipFile");

  @Test
  void contentOfFiles_isReadWhereItCannotBeALiveDatabase() {
    Set<String> readers = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      boolean opens =
          type.getMethodCallsFromSelf().stream()
                  .filter(call -> call.getTargetOwner().getName().equals("java.nio.file.Files"))
                  .anyMatch(call -> READS.matcher(call.getName()).matches())
              || type.getConstructorCallsFromSelf().stream()
                  .anyMatch(call -> STREAM_TYPES.contains(call.getTargetOwner().getName()));
      if (opens) {
        readers.add(shortName(type));
      }
    }

    assertThat(readers)
        .as("whoever is added here must never be given the path of a live database")
        .containsExactlyInAnyOrder(
            // private images and artifacts
            "codec.CodecPipeline",
            "internal.delta.ChangedPages",
            "internal.delta.DeltaReader",
            "internal.delta.PageMap",
            "internal.engine.ImportOperation",
            // what Linux tells of a process
            "internal.engine.GuardedProcesses",
            "internal.engine.LocalImage",
            "internal.engine.LocalImage$StagedStream",
            // a plain file, after its engine has said that it is no database
            "codec.CompressedImage",
            // our own small documents, and what the kernel tells
            "internal.engine.PlanFile",
            "internal.io.DirectoryLock",
            "internal.io.ProcessOwner",
            "source.sqlite.MappedDrivers",
            // files of the store
            "store.local.LocalStore");
  }

  @Test
  void jackson_isKnownToJsonObjectAlone() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(ROOT + ".internal.io.JsonObject")
        .and()
        .haveNameNotMatching(".*\\.JsonObject\\$.*")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.fasterxml..")
        .check(CLASSES);
    assertThat(in("internal.io").stream())
        .filteredOn(type -> type.getSimpleName().equals("JsonObject"))
        .flatExtracting(JavaClass::getDirectDependenciesFromSelf)
        .anyMatch(d -> d.getTargetClass().getPackageName().startsWith("com.fasterxml."));
  }

  @Test
  void driver_isKnownToTheSqliteSourceAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".source.sqlite")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.sqlite..", "java.sql..")
        .check(CLASSES);
  }

  @Test
  void zstd_isKnownToItsLibraryAlone() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(ROOT + ".codec.ZstdLibrary")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.github.luben..")
        .check(CLASSES);
    assertThat(in("codec").stream())
        .filteredOn(type -> type.getSimpleName().equals("ZstdLibrary"))
        .flatExtracting(JavaClass::getDirectDependenciesFromSelf)
        .anyMatch(d -> d.getTargetClass().getPackageName().startsWith("com.github.luben"));
  }

  @Test
  void publicSignatures_showNoTypeOfALibrary() {
    List<String> shown = new ArrayList<>();
    int looked = 0;
    for (JavaClass type : publicTypes()) {
      for (JavaMember member : type.getMembers()) {
        if (isVisible(member)) {
          looked++;
          typesIn(member)
              .filter(ArchitectureTest::isOfALibrary)
              .forEach(foreign -> shown.add(member.getFullName() + " shows " + foreign.getName()));
        }
      }
      Stream.concat(
              type.getSuperclass().stream().flatMap(s -> s.getAllInvolvedRawTypes().stream()),
              type.getInterfaces().stream().flatMap(i -> i.getAllInvolvedRawTypes().stream()))
          .filter(ArchitectureTest::isOfALibrary)
          .forEach(foreign -> shown.add(type.getName() + " extends " + foreign.getName()));
    }

    assertThat(shown).isEmpty();
    assertThat(looked).isGreaterThan(300);
  }

  @Test
  void publicSignatures_showNothingInternal() {
    // Requests and the facade carry their orders and their context in private.
    List<String> shown = new ArrayList<>();
    for (JavaClass type : publicTypes()) {
      for (JavaMember member : type.getMembers()) {
        if (isVisible(member)) {
          typesIn(member)
              .filter(shownType -> shownType.getPackageName().startsWith(ROOT + ".internal"))
              .forEach(
                  internal -> shown.add(member.getFullName() + " shows " + internal.getName()));
        }
      }
    }

    // The catalog is for the other modules of this project.
    assertThat(shown).allMatch(text -> text.startsWith(ROOT + ".catalog."));
  }

  private static boolean isVisible(JavaMember member) {
    return member.getModifiers().contains(JavaModifier.PUBLIC)
        || member.getModifiers().contains(JavaModifier.PROTECTED);
  }

  private static Stream<JavaClass> typesIn(JavaMember member) {
    Stream<JavaType> types;
    if (member instanceof JavaField field) {
      types = Stream.of(field.getType());
    } else {
      JavaCodeUnit unit = (JavaCodeUnit) member;
      types =
          Stream.concat(
              Stream.concat(Stream.of(unit.getReturnType()), unit.getParameterTypes().stream()),
              unit.getExceptionTypes().stream());
    }
    return types.flatMap(type -> type.getAllInvolvedRawTypes().stream());
  }

  private static boolean isOfALibrary(JavaClass type) {
    return Stream.of(
            "com.github.",
            "com.google.",
            "com.fasterxml.",
            "org.sqlite.",
            "org.apache.",
            "org.slf4j.")
        .anyMatch(type.getName()::startsWith);
  }

  @Test
  void packages_areNullMarked() {
    Set<String> unmarked = new TreeSet<>();
    Set<String> marked = new TreeSet<>();
    for (JavaClass type : WITH_PACKAGE_INFOS) {
      JavaPackage its = type.getPackage();
      (its.isAnnotatedWith(NullMarked.class) ? marked : unmarked).add(its.getName());
    }

    assertThat(unmarked).isEmpty();
    assertThat(marked).hasSizeGreaterThanOrEqualTo(14);
  }

  @Test
  void nobody_writesToStandardStreams() {
    GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(CLASSES);
  }

  @Test
  void nobody_usesJavaUtilLogging() {
    GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(CLASSES);
  }

  @Test
  void nobody_exitsOrSleeps() {
    noClasses().should().callMethod(System.class, "exit", int.class).check(CLASSES);
    classes()
        .should(
            never(
                callMethodWhere(
                    com.tngtech.archunit.base.DescribedPredicate.describe(
                        "Thread.sleep",
                        call ->
                            call.getTargetOwner().isEquivalentTo(Thread.class)
                                && call.getName().equals("sleep")))))
        .check(CLASSES);
  }

  @Test
  void time_isToldByAClock() {
    List<String> offenders = new ArrayList<>();
    for (JavaClass type : CLASSES) {
      type.getMethodCallsFromSelf().stream()
          .filter(
              call ->
                  (call.getTargetOwner().isEquivalentTo(java.time.Instant.class)
                          && call.getName().equals("now"))
                      || call.getName().equals("currentTimeMillis"))
          .forEach(call -> offenders.add(shortName(type)));
    }

    // Heartbeats are compared with the times that the file system gives, which no test can set; the
    // holder of a lock is named for people.
    assertThat(offenders)
        .containsExactlyInAnyOrder(
            "internal.engine.PlanFile", "internal.io.DirectoryLock$LockFile");
  }

  @Test
  void names_sayWhatAClassIs() {
    noClasses()
        .should()
        .haveNameMatching(".*(Util|Utils|Helpers|Manager|Impl)(\\$.*)?")
        .check(CLASSES);
  }

  @Test
  void genericExceptions_areNotThrown() {
    Set<String> generic =
        Set.of(
            "java.lang.Throwable",
            "java.lang.Exception",
            "java.lang.RuntimeException",
            "java.lang.Error");
    List<String> thrown = new ArrayList<>();
    int looked = 0;
    for (JavaClass type : CLASSES) {
      for (JavaConstructorCall call : type.getConstructorCallsFromSelf()) {
        looked++;
        boolean isSuperCall = call.getOrigin() instanceof JavaConstructor && isException(type);
        if (generic.contains(call.getTargetOwner().getName()) && !isSuperCall) {
          thrown.add(call.getDescription());
        }
      }
      for (JavaMethod method : type.getMethods()) {
        method.getExceptionTypes().stream()
            .filter(exception -> generic.contains(exception.getName()))
            .forEach(
                exception -> thrown.add(method.getFullName() + " declares " + exception.getName()));
      }
    }

    assertThat(thrown).isEmpty();
    assertThat(looked).isGreaterThan(200);
  }

  private static boolean isException(JavaClass type) {
    return type.isAssignableTo(Throwable.class);
  }

  @Test
  void implementations_areFinal() {
    List<String> open =
        CLASSES.stream()
            .filter(type -> !type.isInterface() && !type.isEnum() && !type.isAnonymousClass())
            .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
            .filter(type -> !type.getModifiers().contains(JavaModifier.FINAL))
            .map(JavaClass::getName)
            .toList();

    assertThat(open).isEmpty();
  }
}
