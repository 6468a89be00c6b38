#!/usr/bin/env bash
# Compares the backup command with public tools that do the same work one after the other, on one
# machine, in one run, and prints ratios. Ends with 1 if a target is missed. Needs: bash, sqlite3, openssl,
# GNU time and coreutils; compares compression too if zstd and gzip are there.
#
#   backup-benchmarks/compare.sh [--size MIB] [--runs N] [--folder DIR] [--memory MIB] [--list N]
#
# Page cache warm, sync before each run, runs interleaved, medians. The folder needs free space of about
# six times the size of the database, and eight times that of --memory if it is given.
set -euo pipefail

size_mib=1024 runs=7 folder= memory_mib=0 list=10000
while [ $# -gt 0 ]; do
  case $1 in
    --size) size_mib=$2 ;;
    --runs) runs=$2 ;;
    --folder) folder=$2 ;;
    --memory) memory_mib=$2 ;;
    --list) list=$2 ;;
    *) echo "unknown option: $1" >&2; exit 2 ;;
  esac
  shift 2
done

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
backup=$here/../bin/backup
for tool in sqlite3 openssl awk sort; do
  command -v "$tool" >/dev/null || { echo "this comparison needs $tool" >&2; exit 1; }
done
[ -x /usr/bin/time ] || { echo "this comparison needs GNU time as /usr/bin/time" >&2; exit 1; }

compare_zstd=$(command -v zstd || true)
compare_gzip=$(command -v gzip || true)

work=$(mktemp -d "${folder:-${TMPDIR:-/tmp}}/backup-compare.XXXXXX")
trap 'rm -rf "$work"' EXIT
export BACKUP_DIR=$work/backups

# Rows of about 200 bytes with one index, as applications have them.
make_database() { # file, MiB
  sqlite3 "$1" >/dev/null <<SQL
PRAGMA journal_mode=off;
PRAGMA synchronous=off;
CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INTEGER, placed TEXT, note TEXT);
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2 * 4480)
INSERT INTO orders SELECT i, abs(random() % 100000), datetime(1700000000 + i, 'unixepoch'), hex(randomblob(90)) FROM n;
CREATE INDEX by_customer ON orders(customer);
COMMIT;
PRAGMA journal_mode=delete;
SQL
}

seconds() { # command... ; prints the seconds it took
  sync
  local begin end
  begin=$(date +%s%N)
  "$@" >"$work/out" 2>&1 || { cat "$work/out" >&2; echo "failed: $*" >&2; exit 1; }
  end=$(date +%s%N)
  awk -v ns=$((end - begin)) 'BEGIN { printf "%.3f\n", ns / 1e9 }'
}

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
ratio() { awk -v a="$(median "$work/$1")" -v b="$(median "$work/$2")" 'BEGIN { printf "%.2f", a / b }'; }

missed=0
judge() { # work, measured, target
  awk -v measured="$2" -v target="$3" 'BEGIN { exit measured > target }' && return
  echo "missed: $1: $2, target $3" >&2
  missed=1
}
row() { # work, its times, what it is compared with, the times of that, target
  local of
  of=$(ratio "$2" "$4")
  printf '| %s | %s | %s | %s | %s |\n' "$1" "$(median "$work/$2")" "$of" "$3" "$5"
  judge "$1" "$of" "$5"
}

public_tools() {
  sqlite3 "$database" ".backup $work/public.db" \
    && openssl dgst -sha256 "$work/public.db" \
    && [ "$(sqlite3 "$work/public.db" 'PRAGMA quick_check')" = ok ]
}
create() { "$backup" create "$database" --quiet; }
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
# What a run leaves is removed before the clock of the next one starts.
for run in $(seq "$runs"); do
  echo "run $run of $runs" >&2
  cat "$database" >/dev/null
  seconds public_tools >>"$work/public"
  rm -rf "$work/public.db" "$BACKUP_DIR"
  seconds create >>"$work/create"
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
echo "machine: $(nproc) cores, $(uname -sr); $(java -version 2>&1 | head -n 1)"
echo "sqlite3 $(sqlite3 --version | cut -d' ' -f1), $(openssl version | cut -d' ' -f1-2), $("$backup" --version | head -n 1)"
[ -z "$compare_zstd" ] || echo "$(zstd --version | grep -o 'v[0-9.]*' | head -n 1 | sed 's/^/zstd /')"
[ -z "$compare_gzip" ] || gzip --version | head -n 1
echo
echo "| work | seconds | ratio | of | target |"
echo "|---|---|---|---|---|"
printf '| sqlite3 .backup, openssl sha256, quick_check | %s | | | |\n' "$(median "$work/public")"
row create create 'those tools' public 1.1
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
  export JAVA_TOOL_OPTIONS=-Xmx64m
  /usr/bin/time -f %M -o "$work/create.kib" "$backup" create "$database" --quiet >"$work/id"
  /usr/bin/time -f %M -o "$work/restore.kib" "$backup" restore "$(cat "$work/id")" --target "$work/target.db" >"$work/out"
  printf '| create of %s MiB with -Xmx64m | peak %s KiB | | | works |\n' "$memory_mib" "$(tail -n 1 "$work/create.kib")"
  printf '| restore of %s MiB with -Xmx64m | peak %s KiB | | | works |\n' "$memory_mib" "$(tail -n 1 "$work/restore.kib")"
fi

exit "$missed"
