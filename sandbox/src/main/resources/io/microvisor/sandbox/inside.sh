# Runs as process 1 of the command's own process namespace, in its own mount namespace: makes /dev and /proc, and starts
# the entry program, which leaves the host's root and becomes the command. That moves our root, too: from then on we
# only wait.
#
# arguments: the folder that holds the tree as "root" and the entry program as "entry", options of prlimit, then
# environment settings, and the command
set -eu
base=$1 limits=$2
shift 2
complain() { echo "sandbox: $1" >&2; exit 125; }

mount --bind "$base/root" "$base/root" || complain "cannot bind the tree"
cd "$base/root"
# 1777, the default, would make every >/dev/null of another user's fail (protected_regular).
mount -t tmpfs -o mode=755,size=1m,nr_inodes=1000 dev dev || complain "cannot mount /dev"
for node in null zero full random urandom tty; do
  : >"dev/$node"
  mount --bind "/dev/$node" "dev/$node" || complain "cannot bind /dev/$node"
done
mkdir dev/pts dev/shm
mount -t tmpfs -o mode=1777,size=64m,nr_inodes=10000,nosuid,nodev shm dev/shm || complain "cannot mount /dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts 2>/dev/null || true
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
mount -t proc -o nosuid,nodev,noexec proc proc || complain "cannot mount /proc"
# 256 MiB of System V shared memory: it is in no file system and, where nothing maps it, in no process.
echo 65536 >proc/sys/kernel/shmall 2>/dev/null || true
for part in kcore keys key-users kmsg kallsyms kpagecount kpageflags kpagecgroup latency_stats sched_debug slabinfo \
  sysrq-trigger timer_list vmallocinfo iomem ioports mtrr; do
  [ ! -e "proc/$part" ] || mount --bind /dev/null "proc/$part" || complain "cannot hide /proc/$part"
done
for part in sys irq bus fs acpi scsi asound driver; do
  if [ -d "proc/$part" ]; then
    mount --bind "proc/$part" "proc/$part" &&
      mount -o remount,bind,ro,nosuid,nodev,noexec "proc/$part" || complain "cannot protect /proc/$part"
  fi
done
status=0
prlimit $limits setpriv --inh-caps=-all env -i "$@" || status=$?
exit "$status"
