# Runs inside the sandbox, as the tree's root: preinst scripts as dpkg would have run them before it unpacked, answers to
# debconf's questions, then dpkg itself. Lines beginning with "emt: " tell the caller where we are.
#
# arguments: dpkg's version, the preseeds (text), the packages to configure first, then for each preinst: package, architecture, name in info/
set -u
umask 022
cd /
version=$1 preseeds=$2 first=$3
shift 3
export DEBCONF_NONINTERACTIVE_SEEN=true
while [ $# -ge 3 ]; do
  echo "emt: preinst $3"
  DPKG_MAINTSCRIPT_NAME=preinst DPKG_MAINTSCRIPT_PACKAGE=$1 DPKG_MAINTSCRIPT_ARCH=$2 \
    DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT=1 DPKG_RUNNING_VERSION=$version \
    DPKG_ADMINDIR=/var/lib/dpkg DPKG_ROOT= DPKG_FORCE= \
    "/var/lib/dpkg/info/$3.preinst" install || {
    echo "emt: failed $3 preinst $?"
    exit 100
  }
  shift 3
done
if [ -n "$preseeds" ]; then
  echo "emt: preseeds"
  printf '%s\n' "$preseeds" | debconf-set-selections || {
    echo "emt: failed debconf debconf-set-selections $?"
    exit 100
  }
fi
echo "emt: configure"
[ -z "$first" ] || dpkg --configure $first || exit $?
dpkg --configure -a || exit $?
echo "emt: audit"
dpkg --audit
dpkg-query -W -f '${db:Status-Abbrev}${binary:Package}\n' | while read -r state package; do
  [ "$state" = ii ] || echo "$package: $state"
done
