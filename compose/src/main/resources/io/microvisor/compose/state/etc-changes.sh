#!/bin/sh
# What this machine changed in the kept parts of /etc, and whether the image's own changed since then.
#
# etc-changes report     tells it, in the journal and in /run/emt/etc-changes
# etc-changes remember   only remembers which of the image's files were changed
#
# What the machine wrote lies in the layer over the image's /etc. For each such file, the `base` on the state says what the image
# had in its place when it was written: `path TAB kind:owner:group:digest`, or `-` for nothing. The base's first line names the
# image it was last compared with: a change that was made under another image, and not remembered because the power went, has the
# base `?`. A base is only written when it says something new.
#
# A kept folder may belong to a user, who puts there what he likes: links, pipes, a million files, files without end. Nothing is
# followed or waited for, and only so much of it is read. What is written here lies in folders of root's (decision 37), and is root's to read:
# names in closed folders are nobody else's business.

set -eu
LC_ALL=C
export LC_ALL
umask 077

mode=${1:?report or remember}
root=${2:-} # for tests
kept=$root/usr/lib/emt/etc-kept
image=$root/run/emt/image/etc
etc=$root/etc
layer=$root/run/emt/state/etc/upper
base=$root/run/emt/state/etc/base
said=$root/run/emt/etc-changes
tab=$(printf '\t')
most_files=${3:-1000} # of each kept path
most_bytes=4194304

work=$(mktemp -d "$root/run/emt/etc-changes.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Not by echo, which reads backslashes as more than they are.
warn() {
  printf '<4>%s\n' "$*"
}

there() {
  [ -e "$1" ] || [ -L "$1" ]
}

# The digest of a file's start, and its size if it goes on. Whatever is there instead by now is not waited for.
digest_of() {
  digest=$(dd if="$1" bs=64K count="$most_bytes" iflag=count_bytes,nofollow,nonblock status=none 2>/dev/null | sha256sum)
  digest=${digest%% *}
  size=$(stat -c %s -- "$1")
  [ "$size" -le "$most_bytes" ] || digest=$digest+$size
}

# What a file is, in one word; a whiteout is nothing.
print_of() {
  if ! there "$1"; then
    print=-
  elif [ -L "$1" ]; then
    digest=$(readlink -- "$1" | sha256sum)
    print=$(stat -c %f:%u:%g -- "$1"):${digest%% *}
  elif [ -f "$1" ]; then
    digest_of "$1"
    print=$(stat -c %f:%u:%g -- "$1"):$digest
  elif [ -c "$1" ] && [ "$(stat -c %t:%T -- "$1")" = 0:0 ]; then
    print=-
  else
    print=$(stat -c %f:%u:%g -- "$1"):
  fi
}

# One changed path: path, what the machine has, what the image has. What makes a machine itself is no difference.
row() {
  case $1 in
    /machine-id | /ssh/ssh_host_*_key | /ssh/ssh_host_*_key.pub) return ;;
  esac
  print_of "$2"
  own=$print
  print_of "$image$1"
  printf '/etc%s\t%s\t%s\n' "$1" "$own" "$print"
}

# What the layer has of a kept path, and what it hides.
rows() {
  find "$layer$1" ! -path '*[[:cntrl:]]*' | while IFS= read -r file; do
    path=${file#"$layer"}
    if [ ! -d "$file" ] || [ -L "$file" ]; then
      row "$path" "$file"
    elif [ -d "$image$path" ] && [ ! -L "$image$path" ]; then
      print_of "$file"
      own=$print
      print_of "$image$path"
      [ "$own" = "$print" ] || printf '/etc%s\t%s\t%s\n' "$path" "$own" "$print"
      # A folder that was removed and made again hides what the image has in it.
      find "$image$path" -mindepth 1 -maxdepth 1 ! -path '*[[:cntrl:]]*' | while IFS= read -r hidden; do
        name=${hidden#"$image"}
        there "$etc$name" || there "$layer$name" || row "$name" "$layer$name"
      done
    elif there "$image$path"; then
      row "$path" "$file"
    fi
  done
}

while IFS= read -r path; do
  if there "$layer${path#/etc}"; then
    rows "${path#/etc}" 2>/dev/null | head -n "$most_files" >"$work/some"
    cat "$work/some"
    [ "$(wc -l <"$work/some")" -lt "$most_files" ] ||
      printf '<4>etc: %s: not more than %s changed paths are told\n' "$path" "$most_files" >&2
  fi
done <"$kept" | sort -t "$tab" -k 1,1 >"$work/rows"

current=$(sed -n 's/.*roothash=\([0-9a-f]*\).*/\1/p' "$root/proc/cmdline")
printf '# %s\n' "${current:-unknown}" >"$work/base"
touch "$work/old"
otherwise=-
if [ -s "$base" ]; then
  grep "$tab" "$base" | sort -t "$tab" -k 1,1 >"$work/old" || :
  if [ "$(head -n 1 "$base")" != "$(cat "$work/base")" ]; then
    otherwise='?'
  fi
fi
# The base that a path without one gets: what the image has, if it is still the image that was there when it was changed.
join -t "$tab" -a 1 -e = -o 0,1.2,1.3,2.2 "$work/rows" "$work/old" >"$work/joined"

echo '# what the machine did; whether the image'\''s own changed since; path' >"$work/said"
while IFS=$tab read -r path own default was; do
  if [ "$was" = = ]; then
    was=$default
    [ "$otherwise" = - ] || was='?'
  fi
  [ "$own" != "$default" ] || was=$default
  if [ "$was" = '?' ]; then
    since=unknown
  elif [ "$was" = "$default" ]; then
    since=no
  else
    since=yes
  fi
  if [ "$own" = - ]; then
    did=deleted
  elif [ "$own" = "$was" ] || [ "$own" = "$default" ]; then
    did=same
  elif [ "$was" = - ] || { [ "$was" = '?' ] && [ "$default" = - ]; }; then
    did=added
  else
    did=changed
  fi
  # What is deleted here, and gone from the image, is no difference any more.
  [ "$own" = - ] && [ "$default" = - ] && continue
  printf '%s\t%s\n' "$path" "$was" >>"$work/base"
  printf '%s\t%s\t%s\n' "$did" "$since" "$path" >>"$work/said"
done <"$work/joined"

if ! cmp -s "$work/base" "$base"; then
  rm -f "$base.new"
  if cp "$work/base" "$base.new" 2>/dev/null && sync "$base.new" && mv -fT "$base.new" "$base"; then
    :
  else
    rm -f "$base.new" || :
    echo '<3>etc: what the image has in place of changed files cannot be remembered: the state is full or read-only'
  fi
fi

if [ "$mode" = report ]; then
  while IFS=$tab read -r did since path; do
    case $did:$since in
      same:yes) warn "$path: is as an earlier image had it, and this image has another; it was written here, so it stays" ;;
      *:yes) warn "$path: was $did on this machine and stays so; the image's own has changed since (compare /run/emt/image$path)" ;;
      *:unknown) warn "$path: was $did on this machine and stays so; whether the image's own has changed since is not known" ;;
    esac
  done <"$work/said"
  sed -n '/^#/!s/\t.*//p' "$work/said" | sort | uniq -c | while read -r count did; do
    echo "<6>etc: $count $did (/run/emt/etc-changes has them)"
  done
  mv -fT "$work/said" "$said"
fi
