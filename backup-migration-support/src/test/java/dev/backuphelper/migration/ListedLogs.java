package dev.backuphelper.migration;

import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Logging in which the lines of the guard and the engine go to the output of the process, one each.
 */
public final class ListedLogs implements SLF4JServiceProvider {
  private static final String GUARD = "dev.backuphelper.migration.";
  private static final String ENGINE = "dev.backuphelper.internal.engine.";

  private final BasicMarkerFactory markers = new BasicMarkerFactory();
  private final NOPMDCAdapter contexts = new NOPMDCAdapter();

  @Override
  public ILoggerFactory getLoggerFactory() {
    return ListedLogs::logger;
  }

  private static Logger logger(String name) {
    return new Listed(name);
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return contexts;
  }

  @Override
  public String getRequestedApiVersion() {
    return "2.0.99";
  }

  @Override
  public void initialize() {
    // There is nothing to be made.
  }

  private static final class Listed extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1L;

    Listed(String name) {
      this.name = name;
    }

    private boolean isListed() {
      return name.startsWith(GUARD) || name.startsWith(ENGINE);
    }

    @Override
    protected String getFullyQualifiedCallerName() {
      return null;
    }

    @Override
    @SuppressWarnings("SystemOut") // its output is what the parent reads
    protected void handleNormalizedLoggingCall(
        Level level, Marker marker, String pattern, Object[] arguments, Throwable thrown) {
      System.out.println(level + " " + MessageFormatter.basicArrayFormat(pattern, arguments));
    }

    @Override
    public boolean isTraceEnabled() {
      return false;
    }

    @Override
    public boolean isDebugEnabled() {
      return false;
    }

    @Override
    public boolean isInfoEnabled() {
      return isListed();
    }

    @Override
    public boolean isWarnEnabled() {
      return isListed();
    }

    @Override
    public boolean isErrorEnabled() {
      return isListed();
    }
  }
}
