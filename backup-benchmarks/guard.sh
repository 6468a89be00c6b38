#!/usr/bin/env bash
# Measures what a guard adds to a migration: when nothing is pending, also with Flyway and Liquibase, and around one
# of a large database. Ends with 1 if a target is missed. Needs: bash, a JDK, Maven.
#
#   backup-benchmarks/guard.sh [--size MIB] [--runs N] [--folder DIR]
#
# Page cache warm, sync before each run, runs interleaved, medians. The folder needs free space of about
# six times the size of the database.
set -euo pipefail

size_mib=200 runs=7 folder=
while [ $# -gt 0 ]; do
  case $1 in
    --size) size_mib=$2 ;;
    --runs) runs=$2 ;;
    --folder) folder=$2 ;;
    *) echo "unknown option: $1" >&2; exit 2 ;;
  esac
  shift 2
done

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
work=$(mktemp -d "${folder:-${TMPDIR:-/tmp}}/guard-cost.XXXXXX")
trap 'rm -rf "$work"' EXIT

mvn -B -q -f "$here/../pom.xml" -Dmaven.test.skip=true -Pfast -pl backup-migration-support -am package \
  dependency:build-classpath -Dmdep.outputFile="$work/classpath" -Dmdep.includeScope=test >&2
module=$here/../backup-migration-support/target/fast/classes

java -Xmx256m -Dliquibase.analytics.enabled=false -cp "$module:$(cat "$work/classpath")" "$here/GuardCost.java" "$work" "$size_mib" "$runs"
