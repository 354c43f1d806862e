# Runs as process 1 of fresh namespaces, with the host's files still in view. A tar archive of the root file system
# comes in on descriptor 0. Out goes, on descriptor 1: one line "emt-sandbox 1 <exit status> <size of the list>", the
# list of all paths afterwards (one a line, as GNU tar escapes them, each with "./" in front and directories with "/"
# behind), and a tar archive of what changed. The command's own output goes to descriptor 2.
#
# Tools used, all of the host: a POSIX shell, coreutils, GNU tar, and mount, setpriv and prlimit of util-linux.
#
# arguments: size of the tmpfs in bytes, host name, most memory of a process in bytes and most processes (0: no limit),
# environment settings (NAME=value), the command
set -eu
umask 022
size=$1 hostname=$2 address_space=$3 processes=$4
shift 4
export LC_ALL=C PATH="/usr/sbin:/usr/bin:/sbin:/bin:$PATH"
root=/tmp
complain() { echo "sandbox: $1" >&2; exit 125; }

# What the command could reach if it broke out of its root: system programs, read-only, and nothing else of the host.
for directory in /*; do
  [ -d "$directory" ] && [ ! -L "$directory" ] || continue
  case $directory in
  /dev | /proc | /tmp) ;;
  /usr | /bin | /sbin | /lib* | /etc | /nix | /gnu)
    mount --rbind "$directory" "$directory" && mount -o remount,bind,ro "$directory" || true ;;
  *) mount -t tmpfs -o ro,size=4k,mode=755 hidden "$directory" || true ;;
  esac
done 2>/dev/null
mount -t tmpfs -o "mode=755,size=$size" root "$root" || complain "cannot mount a tmpfs"

# The lists live outside the command's root, where nothing of it can see them.
mkdir "$root/lists" "$root/root"
lists=$root/lists root=$root/root
cd "$root"
tar -x -f - -b 512 -p --same-owner --numeric-owner --xattrs '--xattrs-include=*' --warning=no-timestamp ||
  complain "cannot unpack the tree"
chmod go-rwx "$lists"
exec </dev/null
[ -d dev ] || mkdir dev
[ -d proc ] || mkdir proc

# 1777, the default, would make every >/dev/null of another user's fail (protected_regular).
mount -t tmpfs -o mode=755,size=1m dev dev || complain "cannot mount /dev"
for node in null zero full random urandom tty; do
  : >"dev/$node"
  mount --bind "/dev/$node" "dev/$node" || complain "cannot bind /dev/$node"
done
mkdir dev/pts dev/shm
chmod 1777 dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts 2>/dev/null || true
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
mount -t proc -o nosuid,nodev,noexec proc proc || complain "cannot mount /proc"
for part in sys sysrq-trigger irq bus; do
  mount --bind "proc/$part" "proc/$part" && mount -o remount,bind,ro "proc/$part" || true
done 2>/dev/null
hostname "$hostname" 2>/dev/null || chroot . hostname "$hostname" 2>/dev/null ||
  { echo "$hostname" >/proc/sys/kernel/hostname; } 2>/dev/null || complain "cannot set the host name"

paths() { tar -c -v -f /dev/null --one-file-system --quoting-style=escape "$@" . 2>/dev/null | sort; }
paths >"$lists/before"
# Two ticks of the coarsest kernel clock, so that what is old and what is new never share a time stamp.
sleep 0.03
: >"$lists/marker"
sleep 0.03

status=0
(
  limits="--core=0 --nofile=1024:4096"
  [ "$address_space" = 0 ] || limits="$limits --as=$address_space"
  [ "$processes" = 0 ] || limits="$limits --nproc=$processes"
  drop=-sys_admin,-sys_module,-sys_rawio,-sys_boot,-sys_time,-sys_ptrace,-mknod,-net_admin,-syslog
  exec prlimit $limits setpriv --bounding-set "$drop" env -i "$@" 1>&2
) || status=$?
kill -KILL -1 2>/dev/null || true

paths >"$lists/after"
paths --newer="$lists/marker" >"$lists/changed"
comm -13 "$lists/before" "$lists/after" | sort -u - "$lists/changed" >"$lists/out"
echo "emt-sandbox 1 $status $(wc -c <"$lists/after")"
cat "$lists/after"
exec tar -c -f - -b 512 --numeric-owner --xattrs '--xattrs-include=*' --format=posix --no-recursion -T "$lists/out"
