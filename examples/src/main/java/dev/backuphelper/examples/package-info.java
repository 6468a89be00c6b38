/** Small programs that show how the library is used. Each stands for itself. */
@NullMarked
package dev.backuphelper.examples;

import org.jspecify.annotations.NullMarked;
