# What the comparisons share; they read it into themselves, after setting "here".
backup=$here/../bin/backup

require() { # tool...
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || { echo "this comparison needs $tool" >&2; exit 1; }
  done
}

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

machine() { echo "machine: $(nproc) cores, $(uname -sr); $(java -version 2>&1 | head -n 1)"; }
