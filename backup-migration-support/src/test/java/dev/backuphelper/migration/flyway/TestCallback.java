package dev.backuphelper.migration.flyway;

import java.util.Set;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/** A callback that counts how often it was called, for every version of Flyway. */
final class TestCallback implements AnyVersionCallback.Handler {
  private final Set<Event> events;
  private final Act act;
  private int calls;

  TestCallback(Act act, Event... events) {
    this.events = Set.of(events);
    this.act = act;
  }

  interface Act {
    void run(Context context) throws Exception;
  }

  int calls() {
    return calls;
  }

  Callback callback() {
    return AnyVersionCallback.of(this);
  }

  @Override
  public String name() {
    return "test";
  }

  @Override
  public boolean supports(Event event) {
    return events.contains(event);
  }

  @Override
  public void handle(Event event, Context context) {
    calls++;
    try {
      act.run(context);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
