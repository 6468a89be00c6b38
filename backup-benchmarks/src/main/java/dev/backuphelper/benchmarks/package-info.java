/** Measures the inner loops of the library. */
@NullMarked
package dev.backuphelper.benchmarks;

import org.jspecify.annotations.NullMarked;
