#!/usr/bin/env bash
# Compares incremental backups of a database, of which some pages were changed at random, with restic and borg on
# one machine, in one run, and prints ratios. Ends with 1 if a target is missed. Needs: bash, sqlite3, GNU
# coreutils and diffutils; compares with restic and borg if they are there (Debian packages restic, borgbackup).
#
#   backup-benchmarks/incremental.sh [--size MIB] [--runs N] [--chain N] [--folder DIR]
#
# Page cache warm, sync before each run, runs interleaved, medians. Each run changes 1 % of the pages anew, and then
# each tool makes its next backup in a repository of its own, which already holds the former state. The folder
# needs free space of about eight times the size of the database.
set -euo pipefail

size_mib=1024 runs=7 chain=10 folder=
while [ $# -gt 0 ]; do
  case $1 in
    --size) size_mib=$2 ;;
    --runs) runs=$2 ;;
    --chain) chain=$2 ;;
    --folder) folder=$2 ;;
    *) echo "unknown option: $1" >&2; exit 2 ;;
  esac
  shift 2
done

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
. "$here/measure.sh"
require sqlite3 awk sort cmp du
compare_restic=$(command -v restic || true)
compare_borg=$(command -v borg || true)

work=$(mktemp -d "${folder:-${TMPDIR:-/tmp}}/backup-incremental.XXXXXX")
trap 'rm -rf "$work"' EXIT
database=$work/database.db
export RESTIC_REPOSITORY=$work/store-restic RESTIC_PASSWORD=none RESTIC_CACHE_DIR=$work/restic-cache
export BORG_REPO=$work/store-borg BORG_BASE_DIR=$work/borg-home BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes

page_bytes() { sqlite3 "$database" 'PRAGMA page_size'; }

# One row each in so many pages: rows are small, and their number and size stay.
change_pages() {
  sqlite3 "$database" >/dev/null <<SQL
PRAGMA synchronous=off;
CREATE TEMP TABLE chosen AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $pages / 100)
SELECT abs(random() % (SELECT max(id) FROM orders)) + 1 AS id FROM n;
UPDATE orders SET note = hex(randomblob(90)) WHERE id IN (SELECT id FROM chosen);
SQL
}
changed_bytes() { # bytes of the pages in which the database differs from what it was
  { cmp -l "$work/former.db" "$database" || true; } \
    | awk -v page="$(page_bytes)" '{ p = int(($1 - 1) / page); if (p != last || !n) { n++; last = p } } END { print n * page }'
}
stored() { du -sb "$1" | cut -f 1; }

full() { "$backup" create "$database" --type full --dir "$work/store-full" --quiet; }
incremental() { "$backup" create "$database" --type incremental --dir "$work/store-deltas" --quiet; }
incremental_zstd() { "$backup" create "$database" --type incremental --compress --dir "$work/store-small" --quiet; }
restic_backup() { restic backup --quiet "$database"; }
borg_create() { borg create "::$(date +%s%N)" "$database"; }

measure() { # name, folder, command ; notes its seconds, and what it added of the changed bytes
  local before after
  before=$(stored "$2")
  seconds "$3" >>"$work/$1"
  after=$(stored "$2")
  awk -v more=$((after - before)) -v changed="$changed" 'BEGIN { printf "%.3f\n", more / changed }' >>"$work/$1.stored"
}

echo "making a database of $size_mib MiB" >&2
make_database "$database" "$size_mib"
pages=$(sqlite3 "$database" 'PRAGMA page_count')

echo "making the first backups" >&2
for first in deltas small; do
  compress=$([ "$first" = deltas ] || echo --compress)
  "$backup" create "$database" --type full $compress --dir "$work/store-$first" --quiet >/dev/null
done
if [ "$compare_restic" ]; then
  restic init --quiet
  restic_backup
fi
if [ "$compare_borg" ]; then
  borg init --encryption none
  borg_create
fi

cp "$database" "$work/former.db"
for run in $(seq "$runs"); do
  echo "run $run of $runs" >&2
  change_pages
  changed=$(changed_bytes)
  echo "$changed" >>"$work/changed"
  rm -rf "$work/store-full"
  seconds full >>"$work/create"
  measure incremental "$work/store-deltas" incremental
  measure small "$work/store-small" incremental_zstd
  [ -z "$compare_restic" ] || measure restic "$work/store-restic" restic_backup
  [ -z "$compare_borg" ] || measure borg "$work/store-borg" borg_create
  cp "$database" "$work/former.db"
done

echo "restoring chains of $chain deltas" >&2
rm -rf "$work"/store-*
"$backup" create "$database" --type full --dir "$work/store-deltas" --quiet >/dev/null
for _ in $(seq "$chain"); do
  change_pages
  incremental >/dev/null
done
full >/dev/null
restore_chain() { "$backup" restore latest --target "$work/target.db" --dir "$work/store-deltas"; }
restore_full() { "$backup" restore latest --target "$work/target.db" --dir "$work/store-full"; }
for run in $(seq "$runs"); do
  rm -f "$work"/target.db*
  seconds restore_full >>"$work/restore"
  mv -f "$work/target.db" "$work/restored.db"
  seconds restore_chain >>"$work/chain"
done
cmp "$work/target.db" "$work/restored.db" >&2 || { echo "the chain was not restored" >&2; exit 1; }

echo
changed_pages=$(median "$work/changed" | awk -v page="$(page_bytes)" '{ printf "%d", $1 / page }')
echo "database: $((pages * $(page_bytes) / 1048576)) MiB, of $pages pages $changed_pages changed, $runs runs, medians in seconds"
machine
echo "sqlite3 $(sqlite3 --version | cut -d' ' -f1), $("$backup" --version | head -n 1)"
[ -z "$compare_restic" ] || restic version
[ -z "$compare_borg" ] || borg --version
echo
echo "| work | seconds | ratio | of | target |"
echo "|---|---|---|---|---|"
printf '| create --type full | %s | | | |\n' "$(median "$work/create")"
row 'create --type incremental' incremental 'create --type full' create 1.2
if [ "$compare_restic" ]; then
  printf '| restic backup | %s | | | |\n' "$(median "$work/restic")"
  row 'create --type incremental' incremental 'restic backup' restic 0.9
fi
if [ "$compare_borg" ]; then
  printf '| borg create | %s | | | |\n' "$(median "$work/borg")"
fi
printf '| restore of a full backup | %s | | | |\n' "$(median "$work/restore")"
row "restore of a chain of $chain deltas" chain 'restore of a full backup' restore 2.0
echo
echo "| stored by | of the changed pages | target |"
echo "|---|---|---|"
stored_row() { # work, its name, target
  local measured
  measured=$(median "$work/$2.stored")
  printf '| %s | %s | %s |\n' "$1" "$measured" "$3"
  [ -z "$3" ] || judge "stored by $1" "$measured" "$3"
}
stored_row 'create --type incremental' incremental 1.02
stored_row 'create --type incremental --compress' small 0.999
[ -z "$compare_restic" ] || stored_row 'restic backup' restic ''
[ -z "$compare_borg" ] || stored_row 'borg create' borg ''

exit "$missed"
