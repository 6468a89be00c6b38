package dev.backuphelper.migration.flyway;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.jspecify.annotations.Nullable;

/**
 * Callbacks, by the names of their methods. From Flyway 11.14 on these have other parameter types
 * in byte code than before: a class that implements the interface, or a call of it, is good for one
 * side of that line only, whichever it was compiled for.
 */
final class AnyVersionCallback implements InvocationHandler {
  private static final Method SUPPORTS =
      Arrays.stream(Callback.class.getMethods())
          .filter(method -> method.getName().equals("supports"))
          .findFirst()
          .orElseThrow();

  private final Handler handler;

  private AnyVersionCallback(Handler handler) {
    this.handler = handler;
  }

  /** What a callback does. */
  interface Handler {
    String name();

    boolean supports(Event event);

    void handle(Event event, Context context);
  }

  /** Returns a callback that does what a handler does, inside of transactions. */
  static Callback of(Handler handler) {
    return (Callback)
        Proxy.newProxyInstance(
            Callback.class.getClassLoader(),
            new Class<?>[] {Callback.class},
            new AnyVersionCallback(handler));
  }

  /** Asks a callback; one that fails to answer may support anything. */
  static boolean supports(Callback callback, Event event, Context context) {
    try {
      return (Boolean) SUPPORTS.invoke(callback, event, context);
    } catch (InvocationTargetException | IllegalAccessException noAnswer) {
      return true;
    }
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    return switch (method.getName()) {
      case "supports" -> handler.supports(event(arguments));
      case "canHandleInTransaction" -> true;
      case "handle" -> {
        handler.handle(event(arguments), (Context) argument(arguments, 1));
        yield null;
      }
      case "getCallbackName", "toString" -> handler.name();
      case "hashCode" -> System.identityHashCode(proxy);
      case "equals" -> proxy == argument(arguments, 0);
      default -> InvocationHandler.invokeDefault(proxy, method, arguments);
    };
  }

  private static Event event(Object @Nullable [] arguments) {
    return (Event) argument(arguments, 0);
  }

  private static Object argument(Object @Nullable [] arguments, int index) {
    if (arguments == null) {
      throw new IllegalArgumentException("no arguments");
    }
    return arguments[index];
  }
}
