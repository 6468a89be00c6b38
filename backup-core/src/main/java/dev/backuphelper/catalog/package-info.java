/** The manifests of a store: read, ordered, published and removed. */
@NullMarked
package dev.backuphelper.catalog;

import org.jspecify.annotations.NullMarked;
