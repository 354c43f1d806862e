# Runs as process 1 of fresh namespaces, with the host's files still in view, and becomes the tool. The tool's root is a
# tmpfs laid over the tool root's own directory, in our mount namespace only: the host's paths all stay reachable for
# binds, and what lies below the tmpfs is reached through our working directory. The entry program then leaves the host's root.
#
# A tool that becomes another user loses with that the signal of its parent's death. So this shell stays process 1 above it, and
# the kernel kills the tool with it.
#
# arguments: the tool root, the entry program in base 64, "host" or "none" for the network, "tool" or "shell" for what process 1 is
# in the end, number of devices, the devices, number of binds, for each "ro" or "rw", the host's path and the path inside, then
# environment settings (NAME=value) and the command
set -eu
umask 022
root=$1 program=$2 network=$3 first=$4
shift 4
export LC_ALL=C PATH="/usr/sbin:/usr/bin:/sbin:/bin:$PATH"
complain() { echo "tool run: $1" >&2; exit 125; }

cd "$root" || complain "no directory $root"
mount -t tmpfs -o mode=755 root "$root" || complain "cannot mount a tmpfs"
read_only() { mount -o remount,bind,ro "$1" 2>/dev/null || mount -o remount,bind,ro,nosuid,nodev "$1"; }
for entry in *; do
  if [ -L "$entry" ]; then
    cp -P "$entry" "$root/$entry"
  elif [ -d "$entry" ]; then
    case $entry in
    dev | proc | sys | run | tmp | home | root) ;;
    etc | var) cp -a "$entry" "$root/$entry" ;;
    *)
      mkdir "$root/$entry"
      mount --no-canonicalize --bind "./$entry" "$root/$entry" || complain "cannot bind $entry"
      read_only "$root/$entry" ;;
    esac
  fi
done
if [ "$network" = host ] && [ -r /etc/resolv.conf ]; then
  mkdir -p "$root/etc"
  cat /etc/resolv.conf >"$root/etc/resolv.conf"
fi
cd "$root"
mkdir -p dev proc run tmp home root
chmod 1777 tmp
chmod 700 root
# 1777, the default, would make every >/dev/null of another user's fail (protected_regular).
mount -t tmpfs -o mode=755,size=1m dev dev || complain "cannot mount /dev"
bind_device() {
  mkdir -p "dev/${1%/*}"
  : >"dev/$1"
  mount --bind "/dev/$1" "dev/$1" || complain "cannot bind /dev/$1"
}
for node in null zero full random urandom tty; do bind_device "./$node"; done
count=$1
shift
while [ "$count" -gt 0 ]; do
  bind_device "./$1"
  shift
  count=$((count - 1))
done
mkdir -p dev/pts dev/shm
chmod 1777 dev/shm
mount -t tmpfs -o mode=1777 shm dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts 2>/dev/null || true
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
mount -t proc -o nosuid,nodev,noexec proc proc || complain "cannot mount /proc"
count=$1
shift
while [ "$count" -gt 0 ]; do
  if [ -d "$2" ]; then
    mkdir -p ".$3" || complain "$3: cannot make it in the tool root (expected: a path below /run, /tmp or a new one)"
  else
    [ -e "$2" ] || complain "$2: no such file"
    case $3 in */*/*) mkdir -p ".${3%/*}" ;; esac
    : >".$3" || complain "$3: cannot make it in the tool root (expected: a path below /run, /tmp or a new one)"
  fi
  mount --rbind "$2" ".$3" || complain "cannot bind $2"
  [ "$1" = rw ] || read_only "./${3#/}" || complain "cannot make $3 read-only"
  shift 3
  count=$((count - 1))
done
# The entry program has no name any more when it runs.
printf %s "$program" | base64 -d >.entry && chmod 755 .entry || complain "cannot write a program"
exec 9<.entry
rm .entry
set -- setpriv --inh-caps=-all env -i "$@"
[ "$first" = shell ] || exec "$@"
"$@" || exit $?
exit 0
