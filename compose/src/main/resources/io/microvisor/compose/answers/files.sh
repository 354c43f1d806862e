# How root writes files on this machine, for programs that source it. Decision 37 says why.
#
# Root writes where nobody but root can make a name mean something else: in a folder that only root may write to, and so is each
# above it. Below the first folder that is not so, the file's owner writes, in a process of his own: a link leads nowhere he could not
# go himself. Nothing is opened in its place: it is made aside, with its final mode, and renamed.
#
# Paths are absolute, without `.`, `..` and double slashes; $root stands before them in tests.

me=$(id -u)

# Follows a path as far as its folders are there: $folder is the last one, and $rest what is missing. $foreign is empty if only root
# may write to all of them; else it is the first that others may write to, and $folder ends there, $foreign_owner being its owner's
# number. Fails, with the reason in $fault, if a folder on the way is none.
follow() {
  folder=$root
  rest=${1#/}
  foreign=
  while [ "$rest" != "${rest#*/}" ]; do
    next=$folder/${rest%%/*}
    if [ -L "$next" ] || { [ -e "$next" ] && [ ! -d "$next" ]; }; then
      fault="${next#"$root"} is no folder"
      return 1
    fi
    [ -d "$next" ] || break
    folder=$next
    rest=${rest#*/}
    foreign_owner=$(stat -c %u -- "$folder")
    folder_mode=$(stat -c %a -- "$folder")
    if [ "$foreign_owner" != "$me" ] || [ $((0$folder_mode & 022)) -ne 0 ]; then
      foreign=$folder
      break
    fi
  done
}

# Standard input becomes a file of root's, aside: FILE MODE. Nobody else sees it before it has its mode.
make() {
  rm -f -- "$1" && (umask 077 && set -C && cat >"$1") && chmod -- "$2" "$1"
}

# Puts standard input in place of a file in a folder of root's, unless it is the same already: FILE MODE.
put() {
  cat >"$work/new"
  if [ ! -L "$1" ] && [ -f "$1" ] && cmp -s "$work/new" "$1"; then
    return 0
  fi
  mkdir -p -- "${1%/*}" && make "$1.emt-new" "$2" <"$work/new" && mv -fT -- "$1.emt-new" "$1"
}

# What the owner of a file does in his own name: the folder that is there, what is missing below it, a name for what is made aside,
# the mode, and the group or `-`. The contents are standard input, and file 3 for comparing.
as_owner='
  cd -P -- "$1"
  case $2 in
    */*)
      mkdir -p -- "./${2%/*}"
      cd -P -- "./${2%/*}"
      ;;
  esac
  name=./${2##*/}
  if [ ! -L "$name" ] && [ -f "$name" ] && [ -O "$name" ] && cmp -s -- - "$name" <&3; then
    [ "$5" = - ] || chgrp -h -- "$5" "$name"
    chmod -- "$4" "$name"
    exit 0
  fi
  rm -rf -- "./$3"
  (umask 077 && set -C && cat >"./$3")
  [ "$5" = - ] || chgrp -h -- "$5" "./$3"
  chmod -- "$4" "./$3"
  sync -- "./$3"
  mv -fT -- "./$3" "$name"
'

# Puts a file below a folder that others may write to: FROM UID GID ASIDE MODE GROUP, in $folder at $rest. Whoever is there may
# have put anything in the way, so it has its time, and neither the console nor anything else of root's.
put_as() {
  groups=--init-groups
  getent passwd "$2" >/dev/null || groups=--clear-groups
  timeout -k 1 10 setpriv --reuid="$2" --regid="$3" "$groups" --inh-caps=-all --bounding-set=-all --no-new-privs \
    sh -euc "$as_owner" sh "$folder" "$rest" "$4" "$5" "$6" <"$1" 3<"$1" >/dev/null 2>&1
}
