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
newline='
'
. "$lib/files"

unwritten='cannot be written: the disk is full or fails; the rest is done'

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
    {
      awk -f "$lib/answers.awk" "$lib/answers.vocabulary" "$1" || printf '1\t1\tcannot be checked to its end\n'
    } | sort -s -t "$tab" -k 1,1n -k 2,2n
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

# Whether a disk, as sysfs places it, hangs on a bus of this machine. What a program, a guest or a network can make up does not: device
# mapper, loop, nbd, RAID and memory are virtual; iSCSI, Fibre Channel and NVMe over a network name their sessions, ports and transports.
on_own_bus() {
  case $1 in
    */session[0-9]* | */rport-[0-9]* | */vhci_hcd* | */dummy_hcd*) return 1 ;;
    */virtual/nvme-subsystem/* | */nvme/nvme[0-9]*) by_pcie "$1" ;;
    */devices/virtual/*) return 1 ;;
    */usb[0-9]* | */ata[0-9]* | */mmc_host/* | */virtio[0-9]* | */pci[0-9]*/host[0-9]* | */VMBUS:*/host[0-9]*) ;;
    *) return 1 ;;
  esac
}

# Whether an NVMe disk is reached by PCI Express alone: its controllers are above it, or beside it where there may be several.
by_pcie() {
  cat "$root${1%%/nvme[0-9]*}"/nvme*/transport 2>/dev/null >"$work/transports" || :
  [ -s "$work/transports" ] && ! grep -qvx pcie "$work/transports"
}

# Disks and partitions called EMT-CONFIG that may hold answers, one a line; tells of the others.
config_devices() {
  lsblk -nP -o KNAME,FSTYPE,LABEL | sed -n 's/^KNAME="\([a-z0-9-]*\)" FSTYPE="\([a-z0-9_]*\)" LABEL="EMT-CONFIG"$/\1 \2/p' |
    sort -u | while read -r device type; do
    place=$(readlink -f "$root/sys/class/block/$device") || continue
    if ! on_own_bus "${place#"$root"}"; then
      printf '<4>answers: EMT-CONFIG on %s does not count (expected: a disk of this machine, by USB, ATA, SCSI, NVMe, MMC or virtio)\n' "$device" >&2
    elif [ "$type" != vfat ]; then
      say "answers: EMT-CONFIG on $device is ${type:-nothing} (expected: vfat)" >&2
    else
      printf '%s\n' "$device"
    fi
  done
}

# Copies the file of a partition or stick; fails if there is none to be had.
from_device() {
  label=$root/dev/disk/by-label/EMT-CONFIG
  udevadm settle --timeout=10 --exit-if-exists="$label" || :
  [ -e "$label" ] || return 1
  config_devices >"$work/devices" 2>&1
  if ! grep -qv '^<' "$work/devices"; then
    # Whatever has the label may have ended the waiting too early.
    udevadm settle --timeout=10 || :
    config_devices >"$work/devices" 2>&1
  fi
  grep '^<' "$work/devices" || :
  device=$(grep -v '^<' "$work/devices") || return 1
  case $device in
    *"$newline"*)
      say "answers: several file systems are called EMT-CONFIG:" $device "(expected: one)"
      return 1
      ;;
  esac
  mkdir -p "$work/device"
  mount -t vfat -o ro,nosuid,nodev,noexec "/dev/$device" "$work/device" 2>/dev/null || {
    say "answers: EMT-CONFIG on $device cannot be mounted"
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
    head -c $((largest + 1)) "$adopted" >"$work/answers.conf"
  elif [ -f "${CREDENTIALS_DIRECTORY:-/nowhere}/emt.answers" ]; then
    name='credential emt.answers'
    head -c $((largest + 1)) "$CREDENTIALS_DIRECTORY/emt.answers" >"$work/answers.conf"
  else
    name=EMT-CONFIG/answers.conf
    from_device
  fi
}

# The number of a user in $uid and of its group in $gid; with USER:GROUP, of that group. Fails, with the reason in $fault. A number
# need not be in any list: without a group, it is its own.
numbers() {
  uid=$(number passwd "${1%%:*}") || {
    fault="no user ${1%%:*} in this image"
    return 1
  }
  gid=$(getent passwd "$uid" | cut -d : -f 4)
  gid=${gid:-$uid}
  group=-
  case $1 in
    *:*)
      group=$(number group "${1#*:}") || {
        fault="no group ${1#*:} in this image"
        return 1
      }
      ;;
  esac
}

# An account's number, or a number as it is: of at most nine digits, so that none means "as it was".
number() {
  case $2 in
    *[!0-9]*) getent "$1" "$2" | cut -d : -f 3 | grep . ;;
    ??????????*) return 1 ;;
    *)
      # Without leading zeros, so that numbers can be compared as words: 00 is root, too.
      n=${2#"${2%%[!0]*}"}
      printf '%s\n' "${n:-0}"
      ;;
  esac
}

# Where a file goes, and who writes it, from its line in the plan; fails, with the reason in $fault.
file_place() {
  if ! follow "$1"; then
    fault="cannot be written: $fault"
    return 1
  elif [ ! -w "${folder:-/}" ]; then
    fault='cannot be written: lies where this image is read-only'
    return 1
  elif [ -z "$foreign" ] && [ -d "$root$1" ]; then
    fault='cannot be written: is a folder'
    return 1
  fi
  owner=$2
  if [ "$owner" = - ]; then
    owner=$me
    [ -z "$foreign" ] || owner=$foreign_owner
  fi
  numbers "$owner" || return 1
  [ -n "$foreign" ] || return 0
  if [ "$uid" = "$me" ]; then
    fault="others may write to ${foreign#"$root"} (expected: owner, and one of them)"
    return 1
  elif [ "$group" != - ] && [ "$group" != "$gid" ] && ! id -G "${owner%%:*}" 2>/dev/null | tr ' ' '\n' | grep -qx "$group"; then
    fault="others may write to ${foreign#"$root"}, and ${owner%%:*} is not in the group ${owner#*:} (expected: a group of this user)"
    return 1
  fi
}

# What only this machine can tell. What lies below a folder that others may write to is not looked at: they could make all answers wrong.
machine_problems() {
  while IFS=$tab read -r line what one two three four; do
    case $what in
      key)
        getent passwd "$one" >/dev/null || printf '%s\t2\t[user %s]: no such user in this image\n' "$line" "$one"
        ;;
      file)
        file_place "$two" "$four" || printf '%s\t2\t[file %s]: %s\n' "$line" "$two" "$fault"
        ;;
    esac
  done <"$work/plan"
}

failed() {
  say "$name: $*"
  status=1
}

# Files in folders of root's: all beside their places, then all into them.
put_files() {
  : >"$work/moves"
  while IFS=$tab read -r _ what n path mode owner; do
    [ "$what" = file ] && file_place "$path" "$owner" && [ -z "$foreign" ] || continue
    [ "$group" = - ] || gid=$group
    path=$root$path
    if [ ! -L "$path" ] && [ -f "$path" ] && cmp -s "$work/$n" "$path"; then
      chown -h "$uid:$gid" "$path" && chmod "$mode" "$path" || return 1
      continue
    fi
    aside=${path%/*}/.emt-new-$n
    printf '%s\t%s\n' "$aside" "$path" >>"$work/moves"
    # The owner comes before the mode: another owner takes the set-user-ID bit away.
    mkdir -p "${path%/*}" && make "$aside" 0600 <"$work/$n" && chown -h "$uid:$gid" "$aside" && chmod "$mode" "$aside" && sync "$aside" || return 1
  done <"$work/plan"
  while IFS=$tab read -r aside path; do
    mv -fT "$aside" "$path" || return 1
  done <"$work/moves"
}

# Files below folders that others may write to, one by one, by their owners.
put_owners_files() {
  while IFS=$tab read -r line what n path mode owner; do
    [ "$what" = file ] && file_place "$path" "$owner" && [ -n "$foreign" ] || continue
    put_as "$work/$n" "$uid" "$gid" ".emt-new-$n" "$mode" "$group" && continue
    who=$(getent passwd "$uid" | cut -d : -f 1)
    say "$name:$line:2: [file $path]: cannot be written by ${who:-$uid}: something below ${foreign#"$root"} is in the way, or the disk is full; the rest is done"
    status=1
  done <"$work/plan"
}

# What lies in memory comes first: whoever fills the disk does not lock the administrator out.
put_all() {
  reload=
  : >"$work/start"
  rm -rf "$root/run/emt/ssh"
  while IFS=$tab read -r line what one two three _; do
    case $what in
      key)
        mkdir -p "$root/run/emt/ssh"
        printf '%s\n' "$two" >>"$root/run/emt/ssh/$one"
        ;;
      network)
        put "$root/run/systemd/network/05-emt-$one.network" 0644 <"$work/$one" || failed "line $line: $unwritten"
        ;;
      proxy)
        {
          echo '[Service]'
          sed 's/%/%%/g; s/^/Environment=/' "$work/$one"
        } | put "$root/run/systemd/system/service.d/05-emt-proxy.conf" 0644 || failed "line $line: $unwritten"
        reload=yes
        ;;
      unit)
        put "$root/run/systemd/system/$two" 0644 <"$work/$one" || failed "line $line: $unwritten"
        reload=yes
        [ "$three" = no ] || printf '%s\n' "$two" >>"$work/start"
        ;;
    esac
  done <"$work/plan"
  while IFS=$tab read -r _ what one _; do
    case $what in
      hostname)
        [ -n "$root" ] || hostname "$one"
        printf '%s\n' "$one" | put "$root/etc/hostname" 0644 || failed "/etc/hostname: $unwritten"
        sed "s/^127\.0\.1\.1[[:space:]].*/127.0.1.1$tab$one/" "$root/etc/hosts" | put "$root/etc/hosts" 0644 || failed "/etc/hosts: $unwritten"
        ;;
      proxy)
        {
          grep -v '^\(http\|https\|no\)_proxy=' "$root/etc/environment" 2>/dev/null || :
          cat "$work/$one"
        } | put "$root/etc/environment" 0644 || failed "/etc/environment: $unwritten"
        ;;
    esac
  done <"$work/plan"
  put_files 2>/dev/null || {
    while IFS=$tab read -r aside _; do
      rm -f "$aside" 2>/dev/null || :
    done <"$work/moves"
    failed "its files: $unwritten"
  }
  put_owners_files
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
    mkdir -p -m 0700 "${adopted%/*}" && make "$adopted.new" 0600 <"$work/answers.conf" && sync "$adopted.new" &&
      mv -fT "$adopted.new" "$adopted"
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
    status=0
    put_all
    [ $status -ne 0 ] || printf '<6>%s: done\n' "$name"
    exit $status
    ;;
  *)
    echo 'usage: answers check FILE NAME | apply once|each-boot' >&2
    exit 2
    ;;
esac
