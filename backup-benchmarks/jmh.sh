#!/usr/bin/env bash
# Measures the inner loops of the library with JMH. Needs: bash, a JDK, Maven. What is given to it goes to JMH:
#
#   backup-benchmarks/jmh.sh                          all, for some minutes
#   backup-benchmarks/jmh.sh Pipeline -p steps=ZSTD   some
#   backup-benchmarks/jmh.sh -h                       what JMH can do
set -euo pipefail

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
classpath=$(mktemp)
trap 'rm -f "$classpath"' EXIT

mvn -B -q -f "$here/../pom.xml" -Dmaven.test.skip=true -Pfast -pl backup-benchmarks -am package \
  dependency:build-classpath -Dmdep.outputFile="$classpath" -Dmdep.includeScope=runtime >&2
java -cp "$here/target/fast/classes:$(cat "$classpath")" org.openjdk.jmh.Main "$@"
