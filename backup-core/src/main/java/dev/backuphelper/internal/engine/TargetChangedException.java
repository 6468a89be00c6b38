package dev.backuphelper.internal.engine;

import java.io.IOException;
import java.nio.file.Path;

/** Somebody else committed to a target meanwhile, which must not be overwritten. */
final class TargetChangedException extends IOException {
  private static final long serialVersionUID = 1L;

  TargetChangedException(Path target) {
    super(target + " was changed by somebody else meanwhile");
  }
}
