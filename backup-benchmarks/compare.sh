#!/usr/bin/env bash
# Compares the backup command with public tools that do the same work one after the other, on one
# machine, in one run, and prints ratios. Ends with 1 if a target is missed. Needs: bash, sqlite3, openssl,
# GNU time and coreutils; compares compression too if zstd and gzip are there. Then incremental.sh does the same
# for incremental backups, with restic and borg.
#
#   backup-benchmarks/compare.sh [--size MIB] [--runs N] [--folder DIR] [--memory MIB] [--list N] [--incremental yes|no]
#
# Page cache warm, sync before each run, runs interleaved, medians. The folder needs free space of about
# six times the size of the database, and eight times that of --memory if it is given.
set -euo pipefail

size_mib=1024 runs=7 folder= memory_mib=0 list=10000 incremental=yes
while [ $# -gt 0 ]; do
  case $1 in
    --size) size_mib=$2 ;;
    --runs) runs=$2 ;;
    --folder) folder=$2 ;;
    --memory) memory_mib=$2 ;;
    --list) list=$2 ;;
    --incremental) incremental=$2 ;;
    *) echo "unknown option: $1" >&2; exit 2 ;;
  esac
  shift 2
done

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
. "$here/measure.sh"
require sqlite3 openssl awk sort
[ -x /usr/bin/time ] || { echo "this comparison needs GNU time as /usr/bin/time" >&2; exit 1; }

compare_zstd=$(command -v zstd || true)
compare_gzip=$(command -v gzip || true)

work=$(mktemp -d "${folder:-${TMPDIR:-/tmp}}/backup-compare.XXXXXX")
trap 'rm -rf "$work"' EXIT
export BACKUP_DIR=$work/backups

public_tools() {
  sqlite3 "$database" ".backup $work/public.db" \
    && openssl dgst -sha256 "$work/public.db" \
    && [ "$(sqlite3 "$work/public.db" 'PRAGMA quick_check')" = ok ]
}
create() { "$backup" create "$database" --quiet; }
create_encrypted() { BACKUP_KEY_FILE=$work/key "$backup" create "$database" --encrypt --dir "$work/secret" --quiet; }
create_compressed() { "$backup" create "$database" --compress --quiet; }
create_then_zstd() { create && zstd -3 -T2 -q -f "$BACKUP_DIR"/database.db.backup.*-[0-9][0-9][0-9] -o "$work/public.zst"; }
gzip_6() { gzip -6 -c "$database" >"$work/public.gz"; }
restore_missing() { "$backup" restore "$id" --target "$work/target.db"; }
restore_existing() { "$backup" restore "$id" --target "$work/target.db" --force; }
restore_without_safety() { "$backup" restore "$id" --target "$work/target.db" --force --no-safety-backup; }

database=$work/database.db
echo "making a database of $size_mib MiB" >&2
make_database "$database" "$size_mib"
create >/dev/null
"$backup" key generate "$work/key" --quiet
# What a run leaves is removed before the clock of the next one starts.
for run in $(seq "$runs"); do
  echo "run $run of $runs" >&2
  cat "$database" >/dev/null
  seconds public_tools >>"$work/public"
  rm -rf "$work/public.db" "$BACKUP_DIR"
  seconds create >>"$work/create"
  seconds create_encrypted >>"$work/encrypted"
  rm -rf "$work/secret"
  id=$("$backup" list --json | sed -n 's/.*"id" *: *"\([0-9-]*\)".*/\1/p' | head -n 1)
  rm -f "$work/target.db"
  seconds restore_missing >>"$work/missing"
  # What is restored over differs from the backup in every page of the table.
  sqlite3 "$work/target.db" 'UPDATE orders SET customer = customer + 1'
  seconds restore_existing >>"$work/existing"
  "$backup" list --quiet >/dev/null
  sqlite3 "$work/target.db" 'UPDATE orders SET customer = customer + 1'
  seconds restore_without_safety >>"$work/unsafe"
done
if [ "$compare_zstd" ] || [ "$compare_gzip" ]; then
  for run in $(seq "$runs"); do
    echo "compression, run $run of $runs" >&2
    rm -rf "$BACKUP_DIR" "$work"/target.db*
    seconds create_compressed >>"$work/compressed"
    stored=$(stat -c %s "$BACKUP_DIR"/database.db.backup.*.zst)
    rm -rf "$BACKUP_DIR"
    if [ "$compare_zstd" ]; then
      seconds create_then_zstd >>"$work/zstd"
      zstd_size=$(stat -c %s "$work/public.zst")
      rm -rf "$BACKUP_DIR" "$work/public.zst"
    fi
    if [ "$compare_gzip" ]; then
      seconds gzip_6 >>"$work/gzip"
      gzip_size=$(stat -c %s "$work/public.gz")
      rm -f "$work/public.gz"
    fi
  done
fi
seconds "$backup" --version >"$work/start"

echo
echo "database: $(($(stat -c %s "$database") / 1048576)) MiB, $runs runs, medians in seconds"
machine
echo "sqlite3 $(sqlite3 --version | cut -d' ' -f1), $(openssl version | cut -d' ' -f1-2), $("$backup" --version | head -n 1)"
[ -z "$compare_zstd" ] || echo "$(zstd --version | grep -o 'v[0-9.]*' | head -n 1 | sed 's/^/zstd /')"
[ -z "$compare_gzip" ] || gzip --version | head -n 1
echo
echo "| work | seconds | ratio | of | target |"
echo "|---|---|---|---|---|"
printf '| sqlite3 .backup, openssl sha256, quick_check | %s | | | |\n' "$(median "$work/public")"
row create create 'those tools' public 1.1
row 'create --encrypt' encrypted create create 1.6
row 'restore, missing target' missing create create 1.4
row 'restore, existing target' existing create create 4.5
row 'restore --no-safety-backup, existing target' unsafe create create 3.5
if [ "$compare_zstd" ]; then
  printf '| create, then zstd -3 -T2 (%s MiB) | %s | | | |\n' "$((zstd_size / 1048576))" "$(median "$work/zstd")"
  row "create --compress ($((stored / 1048576)) MiB)" compressed 'create, then zstd -3 -T2' zstd 1.15
fi
if [ "$compare_gzip" ]; then
  printf '| gzip -6 of the file (%s MiB) | %s | | | |\n' "$((gzip_size / 1048576))" "$(median "$work/gzip")"
  row "create --compress ($((stored / 1048576)) MiB)" compressed 'gzip -6 of the file' gzip 0.35
fi
printf '| start (--version) | %s | | | |\n' "$(median "$work/start")"

if [ "$list" -gt 0 ]; then
  # Copies of one manifest, each under an id of its own.
  rm -rf "$BACKUP_DIR" "$work"/target.db*
  sqlite3 "$work/small.db" 'CREATE TABLE one(a); CREATE TABLE two(a); INSERT INTO one VALUES (1)'
  id=$("$backup" create "$work/small.db" --quiet)
  for number in $(seq "$((list - 1))"); do
    copy=$(printf '20200101-%02d%02d%02d-000' $((number / 3600)) $((number / 60 % 60)) $((number % 60)))
    sed "s/$id/$copy/g" "$BACKUP_DIR/backup-metadata.$id.json" >"$BACKUP_DIR/backup-metadata.$copy.json"
    cp "$BACKUP_DIR/backup-checks.$id.json" "$BACKUP_DIR/backup-checks.$copy.json"
  done
  for run in $(seq "$runs"); do seconds "$backup" list >>"$work/list"; done
  printf '| list of %s backups, start-up included | %s | | | 1.0 s |\n' "$list" "$(median "$work/list")"
  judge "list of $list backups" "$(median "$work/list")" 1.0
fi

if [ "$memory_mib" -gt 0 ]; then
  echo "making a database of $memory_mib MiB" >&2
  rm -rf "$BACKUP_DIR" "$database"
  make_database "$database" "$memory_mib"
  # heap, options of create
  within() {
    rm -rf "$BACKUP_DIR" "$work"/target.db*
    export JAVA_TOOL_OPTIONS=-Xmx$1m BACKUP_KEY_FILE=$work/key
    /usr/bin/time -f %M -o "$work/create.kib" "$backup" create "$database" --quiet "${@:2}" >"$work/id"
    /usr/bin/time -f %M -o "$work/restore.kib" "$backup" restore "$(cat "$work/id")" --target "$work/target.db" >"$work/out"
    unset JAVA_TOOL_OPTIONS BACKUP_KEY_FILE
    printf '| create%s of %s MiB with -Xmx%sm | peak %s KiB | | | works |\n' \
      "${2:+ ${*:2}}" "$memory_mib" "$1" "$(tail -n 1 "$work/create.kib")"
    printf '| its restore | peak %s KiB | | | works |\n' "$(tail -n 1 "$work/restore.kib")"
  }
  within 64
  within 96 --encrypt --compress
fi

if [ "$incremental" = yes ]; then
  rm -rf "$BACKUP_DIR" "$database" "$work/secret" "$work"/target.db* "$work"/public*
  echo
  "$here/incremental.sh" --size "$size_mib" --runs "$runs" --folder "${folder:-${TMPDIR:-/tmp}}" || missed=1
fi

exit "$missed"
