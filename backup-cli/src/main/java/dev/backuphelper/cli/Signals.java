package dev.backuphelper.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the signals that ask this process to end, until it is closed: as long as they are taken
 * they do not end it. The JVM tells which signal came by a class alone that javac warns of whatever
 * one does; hence by reflection. Used by one thread.
 */
final class Signals implements AutoCloseable {
  private final Map<EndingSignal, Object> former = new EnumMap<>(EndingSignal.class);

  private Signals() {}

  /**
   * Takes them. One that this process was told to ignore, as by {@code nohup}, stays ignored; where
   * the JVM has no such class they end the process, as ever.
   *
   * @param taker is called by a thread of its own
   */
  static Signals takenBy(Consumer<EndingSignal> taker) {
    Signals signals = new Signals();
    for (EndingSignal signal : EndingSignal.values()) {
      install(signal, handler(signal, taker)).ifPresent(was -> signals.former.put(signal, was));
    }
    return signals;
  }

  private static Optional<Object> handler(EndingSignal signal, Consumer<EndingSignal> taker) {
    return handlerType()
        .map(
            type ->
                Proxy.newProxyInstance(
                    Signals.class.getClassLoader(),
                    new Class<?>[] {type},
                    (proxy, method, arguments) ->
                        switch (method.getName()) {
                          case "handle" -> {
                            taker.accept(signal);
                            yield null;
                          }
                          case "hashCode" -> System.identityHashCode(proxy);
                          case "equals" -> arguments != null && proxy == arguments[0];
                          default -> signal.name();
                        }));
  }

  private static Optional<Class<?>> handlerType() {
    try {
      return Optional.of(Class.forName("sun.misc.SignalHandler"));
    } catch (ClassNotFoundException without) {
      return Optional.empty();
    }
  }

  /** Returns what handled it before; empty if it could not be changed. */
  private static Optional<Object> install(EndingSignal signal, Optional<Object> handler) {
    if (handler.isEmpty()) {
      return Optional.empty();
    }
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      @Nullable Object was =
          type.getMethod("handle", type, Class.forName("sun.misc.SignalHandler"))
              .invoke(
                  null,
                  type.getConstructor(String.class).newInstance(signal.name()),
                  handler.get());
      return Optional.ofNullable(was);
    } catch (InvocationTargetException unknownToThisSystem) {
      return Optional.empty();
    } catch (ReflectiveOperationException without) {
      return Optional.empty();
    }
  }

  /** Gives them back to who had them before. */
  @Override
  public void close() {
    former.forEach((signal, handler) -> install(signal, Optional.of(handler)));
    former.clear();
  }
}
