/** Values of the library: identifiers, kinds, manifests. They hold no resources and do no I/O. */
@NullMarked
package dev.backuphelper.model;

import org.jspecify.annotations.NullMarked;
