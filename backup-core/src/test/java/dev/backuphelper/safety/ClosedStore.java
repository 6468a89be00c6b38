package dev.backuphelper.safety;

import dev.backuphelper.store.Store;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.AccessDeniedException;
import java.util.Optional;

/** A store of which this user may not read one file, whoever runs the test. */
final class ClosedStore {
  private ClosedStore() {}

  static Store of(Store store, String closed) {
    return (Store)
        Proxy.newProxyInstance(
            Store.class.getClassLoader(),
            new Class<?>[] {Store.class},
            (proxy, method, arguments) -> {
              boolean meant =
                  arguments != null && arguments.length > 0 && closed.equals(arguments[0]);
              if (meant && method.getName().equals("path")) {
                return Optional.empty();
              }
              if (meant && (method.getName().equals("open") || method.getName().equals("read"))) {
                throw new AccessDeniedException(closed);
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException failure) {
                throw failure.getCause();
              }
            });
  }
}
