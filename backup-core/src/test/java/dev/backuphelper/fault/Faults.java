package dev.backuphelper.fault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which operations of a {@link FaultyFileSystem} or a {@link FaultyStore} fail. Operations
 * are counted from the moment it is armed; unarmed it lets everything pass. What passes can be
 * recorded. Thread-safe.
 */
final class Faults {
  /** What is counted. */
  enum Op {
    OPEN,
    CREATE,
    READ,
    WRITE,
    FORCE,
    MOVE,
    DELETE,
    LIST,
    MAKE_FOLDER,
    LOOK,
    CHANGE,
    LOCK
  }

  /** How an operation fails. */
  enum Kind {
    /** Nothing is done. */
    FAIL,
    /**
     * A write stores half of its bytes; anything else is done whole; then it is said to have
     * failed.
     */
    TORN,
    /** One bit of what is read is wrong, and nobody says so. */
    FLIP,
    /** So many bytes can be written, and no file be made after that. */
    FULL;

    private boolean counts(Op op) {
      return switch (this) {
        case FAIL, TORN -> true;
        case FLIP -> op == Op.READ;
        case FULL -> op == Op.WRITE || op == Op.CREATE;
      };
    }
  }

  /** How many operations fail. */
  enum Span {
    ONCE(1),
    /** So that what is done about a failure fails too, but not all of it. */
    BURST(3),
    FOR_EVER(Long.MAX_VALUE);

    private final long length;

    Span(long length) {
      this.length = length;
    }
  }

  /** Something that may fail. */
  interface Call<T extends @Nullable Object> {
    T run() throws IOException;
  }

  /** Something that moves bytes and returns how many. */
  interface Transfer {
    int run(ByteBuffer bytes) throws IOException;
  }

  /**
   * An operation that was done.
   *
   * @param from the former path of what was moved; otherwise the path itself
   */
  record Passed(Op op, String from, String path) {}

  private final Set<Channel> open = new HashSet<>();
  private @Nullable List<Passed> recording;
  private @Nullable Kind kind;
  private long nth;
  private Span span = Span.ONCE;
  private String prefix = "";
  private long relapse = Long.MAX_VALUE;
  private long count;
  private @Nullable String firedAt;

  /**
   * Lets the n-th operation from now on fail, counted from 1, and as many more as the span says.
   */
  synchronized void arm(Kind how, long number, Span howLong) {
    kind = how;
    nth = number;
    span = howLong;
    relapse = Long.MAX_VALUE;
    count = 0;
    firedAt = null;
  }

  /**
   * Lets the n-th operation fail somehow, and then from {@code gap} operations later on all of them
   * without doing anything: as if the process died while it does something about the first failure.
   */
  synchronized void armTwice(Kind how, long number, long gap) {
    arm(how, number, Span.ONCE);
    relapse = number + gap;
  }

  /** Lets {@code bytes} more bytes be written, until it is disarmed. */
  void armFullAfter(long bytes) {
    arm(Kind.FULL, bytes, Span.FOR_EVER);
  }

  /** Counts from now on only what happens in or below a folder. */
  synchronized void onlyBelow(Path folder) {
    prefix = folder.toString();
  }

  /** Lets everything pass from now on. */
  synchronized void disarm() {
    kind = null;
  }

  /** Remembers from now on, anew, what is done. */
  synchronized void record() {
    recording = new ArrayList<>();
  }

  /** Returns what was done since recording began, in its order. */
  synchronized List<Passed> recorded() {
    return recording == null ? List.of() : List.copyOf(recording);
  }

  /** Remembers something that was done; of what a restore's heart beats, nothing. */
  private synchronized void done(Op op, Object from, Object subject) {
    if (recording != null && !isHeartbeat()) {
      recording.add(new Passed(op, from.toString(), subject.toString()));
    }
  }

  /** The beats of a restore come by the clock, so they would differ from run to run. */
  private static boolean isHeartbeat() {
    return Thread.currentThread().getName().startsWith("backuphelper-heartbeat");
  }

  /** Tells whether something failed since it was armed. */
  synchronized boolean fired() {
    return firedAt != null;
  }

  /** Tells whether the second time of {@link #armTwice} was reached. */
  synchronized boolean relapsed() {
    return count >= relapse;
  }

  /** Returns what failed first, in words for people. */
  synchronized String firedAt() {
    return firedAt == null ? "nothing" : firedAt;
  }

  /** Returns how many operations were counted since it was armed. */
  synchronized long count() {
    return count;
  }

  synchronized void opened(Channel channel) {
    open.add(channel);
  }

  synchronized void closed(Channel channel) {
    open.remove(channel);
  }

  /** Returns the files that were opened and never closed. */
  synchronized List<String> open() {
    return open.stream().map(Object::toString).sorted().toList();
  }

  /** Does something that neither reads nor writes bytes. */
  <T extends @Nullable Object> T perform(Op op, Object subject, Call<T> call) throws IOException {
    return perform(op, subject, subject, call);
  }

  /** Gives something another name. */
  void move(Object from, Object to, Call<@Nullable Void> call) throws IOException {
    perform(Op.MOVE, from, to, call);
  }

  private <T extends @Nullable Object> T perform(Op op, Object from, Object subject, Call<T> call)
      throws IOException {
    Kind hit = hit(op, subject, 1);
    if (hit == Kind.FAIL || hit == Kind.FULL) {
      throw failure(hit, op, subject);
    }
    T result = call.run();
    done(op, from, subject);
    if (hit == Kind.TORN) {
      close(result);
      throw failure(hit, op, subject);
    }
    return result;
  }

  /** Nobody will ever close what was opened, or release what was locked, but not handed out. */
  private static void close(@Nullable Object result) throws IOException {
    if (result instanceof AutoCloseable opened) {
      try {
        opened.close();
      } catch (IOException failure) {
        throw failure;
      } catch (Exception unexpected) {
        throw new AssertionError(unexpected);
      }
    }
  }

  /** Reads into {@code bytes}. */
  int read(Object subject, ByteBuffer bytes, Transfer transfer) throws IOException {
    Kind hit = hit(Op.READ, subject, 1);
    if (hit == null) {
      int length = transfer.run(bytes);
      done(Op.READ, subject, subject);
      return length;
    }
    if (hit != Kind.FLIP) {
      throw failure(hit, Op.READ, subject);
    }
    int start = bytes.position();
    int length = transfer.run(bytes);
    if (length > 0) {
      int at = start + length / 2;
      bytes.put(at, (byte) (bytes.get(at) ^ 0x10));
    }
    return length;
  }

  /** Writes {@code bytes}. */
  int write(Object subject, ByteBuffer bytes, Transfer transfer) throws IOException {
    int wanted = bytes.remaining();
    long counted = count();
    Kind hit = hit(Op.WRITE, subject, wanted);
    if (hit == null) {
      int length = transfer.run(bytes);
      done(Op.WRITE, subject, subject);
      return length;
    }
    if (hit != Kind.FAIL) {
      int part = hit == Kind.FULL ? (int) Math.max(0, Math.min(nth - counted, wanted)) : wanted / 2;
      ByteBuffer torn = bytes.slice().limit(part);
      while (torn.hasRemaining()) {
        transfer.run(torn);
      }
    }
    throw failure(hit, Op.WRITE, subject);
  }

  /** Counts an operation; returns how it is to fail, or null. */
  private synchronized @Nullable Kind hit(Op op, Object subject, int bytes) {
    Kind armed = kind;
    if (armed == null
        || !armed.counts(op)
        || !subject.toString().startsWith(prefix)
        || isHeartbeat()) {
      return null;
    }
    boolean hits;
    if (armed == Kind.FULL) {
      count += op == Op.WRITE ? bytes : 0;
      hits = op == Op.WRITE ? count > nth : count >= nth;
    } else {
      count++;
      hits = (count >= nth && count - nth < span.length) || count >= relapse;
    }
    if (hits && firedAt == null) {
      firedAt = describe(armed, op, subject);
    }
    return hits && count >= relapse ? Kind.FAIL : hits ? armed : null;
  }

  private String describe(Kind how, Op op, Object subject) {
    String again = relapse == Long.MAX_VALUE ? "" : ", again from #" + relapse;
    return "%s #%d %s%s, %s %s".formatted(how, count, span, again, op, subject);
  }

  private static IOException failure(Kind how, Op op, Object subject) {
    return new FileSystemException(
        subject.toString(),
        null,
        how == Kind.FULL ? "No space left on device" : "injected fault: " + op);
  }
}
