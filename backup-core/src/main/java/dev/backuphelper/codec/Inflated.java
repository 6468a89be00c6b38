package dev.backuphelper.codec;

import java.util.Optional;

/**
 * What came of inflating an artifact.
 *
 * @param digests of what was written, and of all that is stored
 * @param problem why that is not the whole image; empty if the stream came to its end
 * @param tooLong whether the problem is that the stream went on past the limit
 */
public record Inflated(Digests digests, Optional<String> problem, boolean tooLong) {}
