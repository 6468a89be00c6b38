@echo off
rem Starts the backup command; builds it with Maven on first use.
setlocal
for %%I in ("%~dp0..") do set "PROJECT=%%~fI"
set "OUTPUT=%PROJECT%\backup-cli\target"

set "JAVA=java.exe"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java.exe"

call :find_jar
if not defined JAR (call :build || exit /b 1)

"%JAVA%" -XX:+UseSerialGC -Xshare:auto -jar "%JAR%" %*
exit /b %ERRORLEVEL%

rem The whole build puts the jar into target, the fast one into target\fast.
:find_jar
set "JAR="
if exist "%OUTPUT%\fast\lib\" if exist "%OUTPUT%\fast\backup-cli.jar" set "JAR=%OUTPUT%\fast\backup-cli.jar"
if exist "%OUTPUT%\lib\" if exist "%OUTPUT%\backup-cli.jar" set "JAR=%OUTPUT%\backup-cli.jar"
exit /b 0

:build
rem Maven refuses an older Java by its version; here it is told apart from none at all.
"%JAVA%" --version >nul 2>&1 || (
  echo error: java was not found, or is older than Java 17 1>&2
  echo hint: Install Java 17 or newer, and put it on the PATH or set JAVA_HOME. 1>&2
  exit /b 1
)
where mvn >nul 2>&1 || (
  echo error: the command is not built yet, and mvn was not found 1>&2
  echo hint: Install Maven 3.8.1 or newer and run this again. 1>&2
  exit /b 1
)
echo building the backup command; this is done once and takes a minute 1>&2
call mvn -B -q -f "%PROJECT%\pom.xml" -Dmaven.test.skip=true -Pfast -pl backup-cli -am package 1>&2 <nul || (
  echo error: the build failed 1>&2
  exit /b 1
)
call :find_jar
if defined JAR exit /b 0
echo error: the build made no jar in %OUTPUT% 1>&2
exit /b 1
