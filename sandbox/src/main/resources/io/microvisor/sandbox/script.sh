# Runs as process 1 of fresh namespaces, with the host's files still in view. A tar archive of the root file system
# comes in on descriptor 0. If changes are wanted, out goes, on descriptor 1: one line "emt-sandbox 1 <exit status>
# <size of the list>", the list of all paths afterwards (one a line, as GNU tar escapes them, each with "./" in front and
# directories with "/" behind), and a tar archive of what changed. The command's own output goes to descriptor 2.
# If they are not, the command has descriptor 1 and 2 for itself.
#
# The command runs one level deeper (inside.sh), in process and mount namespaces of its own: it sees neither us nor the
# host's files, and when it ends, so does all that it started.
#
# Tools used, all of the host: a POSIX shell, coreutils, GNU tar, and mount, setpriv, prlimit and unshare of util-linux.
#
# arguments: "changes" or "nothing", what the command reads (a file of the host), size of the tmpfs in bytes, most memory
# of a process in bytes and most processes (0: no limit), the entry program in base 64, inside.sh, then environment
# settings (NAME=value), a lone "--" and the command
set -eu
umask 022
result=$1 input=$2 size=$3 address_space=$4 processes=$5 entry=$6 inside=$7
shift 7
export LC_ALL=C PATH="/usr/sbin:/usr/bin:/sbin:/bin:$PATH"
base=/tmp
complain() { echo "sandbox: $1" >&2; exit 125; }

mount -t tmpfs -o "mode=755,size=$size,nr_inodes=2000000" sandbox "$base" || complain "cannot mount a tmpfs"
# The lists and the entry program lie outside the command's root, where nothing of it can see them.
mkdir -m 755 "$base/root"
mkdir -m 700 "$base/lists"
lists=$base/lists
printf %s "$entry" | base64 -d >"$base/entry" && chmod 755 "$base/entry" || complain "cannot write a program"
cd "$base/root"
tar -x -f - -b 512 -p --same-owner --numeric-owner --xattrs '--xattrs-include=*' --warning=no-timestamp ||
  complain "cannot unpack the tree"
exec <"$input" || complain "cannot read $input"
for directory in dev proc; do
  [ ! -L "$directory" ] || complain "/$directory: a symbolic link (expected: a directory)"
  [ -d "$directory" ] || mkdir "$directory"
done

paths() { tar -c -v -f /dev/null --one-file-system --quoting-style=escape "$@" . 2>/dev/null | sort; }
if [ "$result" = changes ]; then
  paths >"$lists/before"
  # Two ticks of the coarsest kernel clock, so that what is old and what is new never share a time stamp.
  sleep 0.03
  : >"$lists/marker"
  sleep 0.03
fi

limits="--core=0 --nofile=1024:4096 --fsize=$size"
[ "$address_space" = 0 ] || limits="$limits --as=$address_space"
[ "$processes" = 0 ] || limits="$limits --nproc=$processes"
deeper() { unshare --mount --pid --fork --kill-child=KILL -- sh -c "$inside" inside "$base" "$limits" "$@"; }
status=0
if [ "$result" = nothing ]; then
  deeper "$@" || status=$?
  exit "$status"
fi
deeper "$@" 1>&2 || status=$?

paths >"$lists/after"
paths --newer="$lists/marker" >"$lists/changed"
comm -13 "$lists/before" "$lists/after" | sort -u - "$lists/changed" >"$lists/out"
echo "emt-sandbox 1 $status $(wc -c <"$lists/after")"
cat "$lists/after"
exec tar -c -f - -b 512 --numeric-owner --xattrs '--xattrs-include=*' --format=posix --no-recursion -T "$lists/out"
