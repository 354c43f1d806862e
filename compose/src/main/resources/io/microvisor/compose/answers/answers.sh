#!/bin/sh
# What this machine is told from outside: one file of answers, checked as a whole before anything of it counts.
#
# answers check FILE NAME        tells what is wrong with a file, under a name; fails if anything is
# answers apply once|each-boot   finds the file, checks it and does what it says
#
# The file is a credential called emt.answers, or answers.conf on a file system called EMT-CONFIG. With `once`, the first good one is
# kept on the state, and from then on it is the only one. All that follows from it is made anew at each boot, so that nothing is left
# of answers that are gone.

set -eu
LC_ALL=C
export LC_ALL
umask 022

root=${EMT_TEST_ROOT:-}
lib=$root/usr/lib/emt
work=$root/run/emt/answers
adopted=$root/var/lib/emt/answers.conf
largest=1048576
tab=$(printf '\t')

# Not by echo, which reads backslashes as more than they are.
say() {
  printf '<3>%s\n' "$*"
}

# What is wrong with a file, as `line TAB column TAB words`, sorted by place.
problems() {
  if [ "$(wc -c <"$1")" -gt "$largest" ]; then
    printf '1\t1\ttoo large (expected: at most %s bytes)\n' "$largest"
  elif [ "$(tr -d '\000' <"$1" | wc -c)" -ne "$(wc -c <"$1")" ]; then
    # Zeros become line feeds, and line feeds ones: the first line is what is before the first zero.
    before=$(tr -d '\001' <"$1" | tr '\n\000' '\001\n' | head -n 1 | tr -cd '\001' | wc -c)
    printf '%s\t1\tholds a zero byte (expected: text)\n' "$((before + 1))"
  else
    awk -f "$lib/answers.awk" "$lib/answers.vocabulary" "$1" | sort -s -t "$tab" -k 1,1n -k 2,2n
  fi
}

# Tells problems under a name; fails if there are any.
told() {
  [ -s "$1" ] || return 0
  head -n 20 "$1" | while IFS=$tab read -r line column words; do
    say "$2:$line:$column: $words"
  done
  count=$(wc -l <"$1")
  [ "$count" -le 20 ] || say "$2: $((count - 20)) more"
  return 1
}

# Copies the file of a partition or stick; fails if there is none to be had.
from_device() {
  device=$root/dev/disk/by-label/EMT-CONFIG
  udevadm settle --timeout=10 --exit-if-exists="$device" || :
  [ -e "$device" ] || return 1
  mkdir -p "$work/device"
  mount -t vfat -o ro,nosuid,nodev,noexec "$device" "$work/device" 2>/dev/null ||
    mount -t ext4 -o ro,noload,nosuid,nodev,noexec "$device" "$work/device" 2>/dev/null || {
    say 'answers: EMT-CONFIG cannot be mounted (expected: vfat or ext4)'
    return 1
  }
  found=$work/device/answers.conf
  status=0
  if [ -L "$found" ] || [ ! -f "$found" ]; then
    say 'answers: EMT-CONFIG has no file answers.conf'
    status=1
  else
    head -c $((largest + 1)) "$found" >"$work/answers.conf" || status=1
  fi
  umount "$work/device"
  return $status
}

# The file of answers in $work, and its name for people in $name; fails if there is none.
find_answers() {
  if [ "$1" = once ] && [ -s "$adopted" ]; then
    name=${adopted#"$root"}
    cp "$adopted" "$work/answers.conf"
  elif [ -f "${CREDENTIALS_DIRECTORY:-/nowhere}/emt.answers" ]; then
    name='credential emt.answers'
    head -c $((largest + 1)) "$CREDENTIALS_DIRECTORY/emt.answers" >"$work/answers.conf"
  else
    name=EMT-CONFIG/answers.conf
    from_device
  fi
}

# The nearest folder above a path that is there.
nearest() {
  nearest=${1%/*}
  while [ ! -e "${nearest:-/}" ] && [ ! -L "${nearest:-/}" ]; do
    nearest=${nearest%/*}
  done
  nearest=${nearest:-/}
}

known() {
  case $2 in
    *[!0-9]*) getent "$1" "$2" >/dev/null ;;
  esac
}

# What only this machine can tell.
machine_problems() {
  while IFS=$tab read -r line what one two three four; do
    case $what in
      key)
        getent passwd "$one" >/dev/null || printf '%s\t2\t[user %s]: no such user in this image\n' "$line" "$one"
        ;;
      file)
        nearest "$root$two"
        if [ ! -d "$nearest" ] || [ ! -w "$nearest" ] || [ -d "$root$two" ]; then
          printf '%s\t2\t[file %s]: cannot be written: %s\n' "$line" "$two" "is a folder, or lies where this image is read-only"
        fi
        group=${four#*:}
        if ! known passwd "${four%%:*}"; then
          printf '%s\t2\t[file %s]: no user %s in this image\n' "$line" "$two" "${four%%:*}"
        elif [ "$group" != "$four" ] && ! known group "$group"; then
          printf '%s\t2\t[file %s]: no group %s in this image\n' "$line" "$two" "$group"
        fi
        ;;
    esac
  done <"$work/plan"
}

# Puts standard input in place of a file, unless it is the same already.
put() {
  cat >"$work/new"
  cmp -s "$work/new" "$1" || {
    mkdir -p "${1%/*}"
    cp "$work/new" "$1.emt-new"
    mv "$1.emt-new" "$1"
  }
}

# Files on disk: all beside their places, then all into them.
put_files() {
  : >"$work/moves"
  while IFS=$tab read -r _ what n path mode owner; do
    [ "$what" = file ] || continue
    path=$root$path
    if cmp -s "$work/$n" "$path" && [ ! -L "$path" ]; then
      chmod "$mode" "$path" && chown "$owner" "$path" || return 1
      continue
    fi
    printf '%s\n' "$path" >>"$work/moves"
    mkdir -p "${path%/*}" && cp "$work/$n" "$path.emt-new" && chown "$owner" "$path.emt-new" && chmod "$mode" "$path.emt-new" || return 1
  done <"$work/plan"
  while IFS= read -r path; do
    mv -f "$path.emt-new" "$path" || return 1
  done <"$work/moves"
}

put_all() {
  if ! put_files; then
    while IFS= read -r path; do
      rm -f "$path.emt-new"
    done <"$work/moves"
    say "$name: its files cannot be written: the disk is full or fails; nothing of it is done"
    return 1
  fi
  reload=
  : >"$work/start"
  rm -rf "$root/run/emt/ssh"
  while IFS=$tab read -r _ what one two three _; do
    case $what in
      hostname)
        [ -n "$root" ] || hostname "$one"
        printf '%s\n' "$one" | put "$root/etc/hostname"
        sed "s/^127\.0\.1\.1[[:space:]].*/127.0.1.1$tab$one/" "$root/etc/hosts" | put "$root/etc/hosts"
        ;;
      key)
        mkdir -p "$root/run/emt/ssh"
        printf '%s\n' "$two" >>"$root/run/emt/ssh/$one"
        ;;
      network)
        put "$root/run/systemd/network/05-emt-$one.network" <"$work/$one"
        ;;
      proxy)
        {
          grep -v '^\(http\|https\|no\)_proxy=' "$root/etc/environment" 2>/dev/null || :
          cat "$work/$one"
        } | put "$root/etc/environment"
        {
          echo '[Service]'
          sed 's/%/%%/g; s/^/Environment=/' "$work/$one"
        } | put "$root/run/systemd/system/service.d/05-emt-proxy.conf"
        reload=yes
        ;;
      unit)
        put "$root/run/systemd/system/$two" <"$work/$one"
        reload=yes
        [ "$three" = no ] || printf '%s\n' "$two" >>"$work/start"
        ;;
    esac
  done <"$work/plan"
  [ -z "$reload" ] || [ -n "$root" ] || {
    systemctl daemon-reload
    while IFS= read -r unit; do
      systemctl start --no-block "$unit" || say "$name: $unit cannot be started"
    done <"$work/start"
  }
}

# Keeps the answers for ever.
adopt() {
  [ ! -s "$adopted" ] || return 0
  {
    mkdir -p -m 0700 "${adopted%/*}" && (umask 077 && cp "$work/answers.conf" "$adopted.new") && sync "$adopted.new" &&
      mv "$adopted.new" "$adopted"
  } 2>/dev/null || say "$name: cannot be kept: the state is full or read-only; the next boot asks again"
}

case ${1:-} in
  check)
    umask 077
    found=$(mktemp)
    trap 'rm -f "$found"' EXIT
    problems "$2" >"$found"
    told "$found" "$3"
    ;;
  apply)
    rm -rf "$work"
    mkdir -p "$root/run/emt"
    mkdir -m 0700 "$work"
    trap 'rm -rf "$work"' EXIT
    find_answers "$2" || {
      echo '<6>answers: none found'
      exit 0
    }
    STAGE=$work
    export STAGE
    problems "$work/answers.conf" >"$work/problems"
    [ -s "$work/problems" ] || machine_problems >"$work/problems"
    if ! told "$work/problems" "$name"; then
      say "$name: nothing of it is done"
      exit 1
    fi
    [ "$2" != once ] || adopt
    put_all
    printf '<6>%s: done\n' "$name"
    ;;
  *)
    echo 'usage: answers check FILE NAME | apply once|each-boot' >&2
    exit 2
    ;;
esac
