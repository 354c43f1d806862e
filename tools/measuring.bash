# What the bench commands share; to be sourced. Expects $work, a folder of their own.
# shellcheck shell=bash

# time_it NAME COMMAND...: runs it, when all that was written before is on the disk; its wall and CPU seconds (user + system)
# go to $work/NAME.{wall,cpu} by the line, what it says to NAME.log.
time_it() {
  local name=$1 TIMEFORMAT='%R %U %S' wall user system
  shift
  sync
  if ! { time "$@" >"$work/out" 2>"$work/log"; } 2>"$work/time"; then
    cat "$work/log" >&2
    printf '%s: the command failed: %s\n' "${0##*/}" "$*" >&2
    exit 1
  fi
  read -r wall user system < <(tail -1 "$work/time")
  note "$name" "$wall" "$user" "$system"
  cp "$work/log" "$work/$name.log"
}

shmem() { sed -n 's/^Shmem: *\([0-9]*\) kB/\1/p' /proc/meminfo; }

# KiB of a process and all its descendants.
resident() {
  cat /proc/[0-9]*/stat 2>/dev/null | awk -v root="$1" '
    { pid = $1; sub(/^.*\) /, ""); parent[pid] = $2 }
    END {
      wanted[root] = 1
      for (again = 1; again; ) {
        again = 0
        for (p in parent) if (!(p in wanted) && (parent[p] in wanted)) { wanted[p] = 1; again = 1 }
      }
      for (p in wanted) {
        size = 0
        while ((getline line < ("/proc/" p "/smaps_rollup")) > 0)
          if (line ~ /^Pss:/) { split(line, w, " "); size = w[2] }
        if (!size) while ((getline line < ("/proc/" p "/status")) > 0)
          if (line ~ /^VmRSS:/) { split(line, w, " "); size = w[2] }
        sum += size
      }
      print sum + 0
    }'
}

# watch PID FILE: keeps the peak in FILE until PID is gone.
watch() {
  local before peak=0 now
  before=$(shmem)
  while kill -0 "$1" 2>/dev/null; do
    now=$(($(resident "$1") + $(shmem) - before))
    if [ "$now" -gt "$peak" ]; then
      peak=$now
      echo "$peak" >"$2"
    fi
    sleep 0.25
  done
}

# measure NAME COMMAND...: as time_it, and peak KiB in $work/NAME.peak. A watcher runs beside it; who ends early stops $watcher.
watcher=
measure() {
  local name=$1 TIMEFORMAT='%R %U %S' wall user system
  shift
  echo 0 >"$work/peak"
  sync
  {
    time {
      "$@" >"$work/out" 2>"$work/log" &
      echo $! >"$work/pid"
      wait $!
    }
  } 2>"$work/time" &
  local job=$!
  until [ -s "$work/pid" ]; do sleep 0.01; done
  watch "$(cat "$work/pid")" "$work/peak" &
  watcher=$!
  if ! wait $job; then
    cat "$work/log" >&2
    printf '%s: the command failed: %s\n' "${0##*/}" "$*" >&2
    exit 1
  fi
  wait $watcher || true
  watcher=
  rm "$work/pid"
  read -r wall user system < <(tail -1 "$work/time")
  note "$name" "$wall" "$user" "$system"
  cat "$work/peak" >>"$work/$name.peak"
  cp "$work/log" "$work/$name.log"
}

note() { # note NAME WALL USER SYSTEM
  echo "$2" >>"$work/$1.wall"
  awk -v u="$3" -v s="$4" 'BEGIN { printf "%.2f\n", u + s }' >>"$work/$1.cpu"
}

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

mib() { awk -v b="$1" 'BEGIN { printf "%.1f MiB", b / 1048576 }'; }

verdict() { awk -v v="$1" -v l="$2" 'BEGIN { print (v <= l) ? "met" : "**missed**" }'; } # verdict VALUE LIMIT

load() { cut -d' ' -f1 /proc/loadavg; }

machine() {
  printf -- '- machine: %s processors, %s of memory, Linux %s\n' "$(nproc)" \
    "$(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)" "$(uname -r | sed 's/[^0-9.].*//')"
}

commit() { git -C "$1" rev-parse --short HEAD 2>/dev/null || echo unknown; } # commit HOME

# A whole number of 1 to 99, or the end.
check_runs() {
  [[ $1 =~ ^[1-9][0-9]?$ ]] || { printf '%s: -n %s (expected: a number of runs, 1 to 99)\n' "${0##*/}" "$1" >&2; exit 2; }
}

# usage FILE: the comment at its beginning.
usage() { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$1"; }

# fresh_cache LOCK CACHE DOWNLOADS: a cache that holds the lock's packages and nothing else.
fresh_cache() {
  local lock=$1 cache=$2 downloads=$3 sha
  rm -rf "$cache"
  mkdir -p "$cache/v1/files"
  while read -r sha; do
    mkdir -p "$cache/v1/files/${sha:0:2}"
    ln "$downloads/v1/files/${sha:0:2}/${sha:2}" "$cache/v1/files/${sha:0:2}/${sha:2}" 2>/dev/null ||
      cp "$downloads/v1/files/${sha:0:2}/${sha:2}" "$cache/v1/files/${sha:0:2}/${sha:2}"
  done < <(sed -n 's/^package [^ ]* [^ ]* [^ ]* \([0-9a-f]*\) .*/\1/p' "$lock")
}
