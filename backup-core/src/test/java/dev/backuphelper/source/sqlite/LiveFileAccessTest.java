package dev.backuphelper.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Safety rule 9 as a rule of the code: who may open files with Java. */
class LiveFileAccessTest {
  /** What may open files: private images, and the kernel's list of mappings. */
  private static final Set<String> MAY_OPEN = Set.of("ImageFile", "MappedDrivers");

  private static final Set<String> OPENING_CALLS =
      Set.of(
          "newInputStream",
          "newOutputStream",
          "newByteChannel",
          "newBufferedReader",
          "newBufferedWriter",
          "readAllBytes",
          "readAllLines",
          "readString",
          "lines",
          "write",
          "writeString",
          "copy",
          "mismatch",
          "probeContentType");

  private static final Set<String> OPENING_TYPES =
      Set.of(
          "java.nio.channels.FileChannel",
          "java.nio.channels.AsynchronousFileChannel",
          "java.io.FileInputStream",
          "java.io.FileOutputStream",
          "java.io.RandomAccessFile",
          "java.io.FileReader",
          "java.io.FileWriter",
          "com.google.common.io.Files");

  @Test
  void files_areOpenedByImageFileAlone() {
    JavaClasses classes = classes();
    assertThat(classes).hasSizeGreaterThan(25);

    TreeSet<String> offenders = new TreeSet<>();
    for (JavaClass type : classes) {
      if (!MAY_OPEN.contains(type.getSimpleName())) {
        offenders.addAll(openingCalls(type));
      }
    }

    assertThat(offenders).isEmpty();
  }

  private static JavaClasses classes() {
    return new ClassFileImporter()
        .withImportOption(location -> !location.contains("test-classes"))
        .importPackages(SqliteSource.class.getPackageName());
  }

  /** Returns the names of all methods that this package calls. */
  static Set<String> methodsCalled() {
    return classes().stream()
        .flatMap(type -> type.getMethodCallsFromSelf().stream())
        .map(call -> call.getTarget().getName())
        .collect(Collectors.toSet());
  }

  private static List<String> openingCalls(JavaClass type) {
    return type.getAccessesFromSelf().stream()
        .filter(
            access ->
                OPENING_TYPES.contains(access.getTargetOwner().getName())
                    || (access.getTargetOwner().getName().equals("java.nio.file.Files")
                        && OPENING_CALLS.contains(access.getTarget().getName())))
        .map(access -> access.getDescription())
        .toList();
  }
}
