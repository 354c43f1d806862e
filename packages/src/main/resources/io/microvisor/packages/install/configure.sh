# Runs inside the sandbox, as the tree's root, and installs by the plan that lies in /run/emt: preinst scripts as dpkg would
# have run them before it unpacked, what they ask of the files that are unpacked already, then dpkg itself, batch by batch.
# Lines beginning with "emt: " tell the caller where we are.
#
# /run/emt/plan holds lines "preinst <package> <architecture> <name in info/>", "unpack <name in info/>" for a package whose
# files wait for its preinst, and "configure <name in info/> ..."; /run/emt/ci/<name in info/> holds a package's control
# files, /run/emt/preseeds answers for debconf-set-selections, /run/emt/waiting-list lines of four fields with tabs between:
# whose file waits, where, what its place is, what is wrong if that is taken.
#
# argument: dpkg's version
set -u
umask 022
cd /
version=$1
plan=/run/emt database=/var/lib/dpkg tab=$(printf '\t')
export DEBCONF_NONINTERACTIVE_SEEN=true
there() { [ -e "$1" ] || [ -L "$1" ]; }
failed() {
  echo "emt: failed $1 $2 $3"
  exit 100
}

# The control files lie where dpkg has them then: debconf looks for them there.
preinst() {
  echo "emt: preinst $3"
  rm -rf $database/tmp.ci
  mv "$plan/ci/$3" $database/tmp.ci
  DPKG_MAINTSCRIPT_NAME=preinst DPKG_MAINTSCRIPT_PACKAGE=$1 DPKG_MAINTSCRIPT_ARCH=$2 \
    DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT=1 DPKG_RUNNING_VERSION=$version \
    DPKG_ADMINDIR=$database DPKG_ROOT= DPKG_FORCE= \
    $database/tmp.ci/preinst install || failed "$3" preinst $?
  rm -rf $database/tmp.ci
}

# Other packages' files go where new diversions say (dpkg-divert(1)): dpkg would have unpacked them there.
divert() {
  while read -r from && read -r to && read -r by; do
    grep -qxF -- "$from" $plan/diversions && continue
    grep -lxF -- "$from" $database/info/*.list | while read -r list; do
      owner=${list##*/}
      owner=${owner%.list}
      if [ "${owner%%:*}" != "$by" ] && there "$from" && ! there "$to"; then
        mkdir -p "${to%/*}"
        mv "$from" "$to"
      fi
    done
  done <$database/diversions
}

# The files of a package that waited for its preinst take their places; a local diversion holds for them, too.
unpack() {
  divert
  while IFS=$tab read -r owner waiting path clash; do
    [ "$owner" = "$1" ] || continue
    if there "$path"; then
      echo "emt: clash $clash"
      return 100
    fi
    mkdir -p "${path%/*}"
    mv "$waiting" "$path"
  done <$plan/waiting-list
  divert
  cp $database/diversions $plan/diversions
}

if [ -s $plan/preseeds ]; then
  echo "emt: preseeds"
  debconf-set-selections $plan/preseeds || failed debconf debconf-set-selections $?
fi
cp $database/diversions $plan/diversions
while read -r verb words <&3; do
  # Words that hold no blanks or patterns.
  case $verb in
  preinst) preinst $words ;;
  unpack) unpack $words || exit $? ;;
  configure)
    divert
    echo "emt: configure"
    dpkg --configure $words || exit $?
    cp $database/diversions $plan/diversions ;;
  esac
done 3<$plan/plan
# The day of the last password change (shadow(5), field 3) is not that of this run.
if [ -f /etc/shadow ]; then
  sed -E "s/^([^:]*:[^:]*:)[1-9][0-9]*:/\\1$((SOURCE_DATE_EPOCH / 86400)):/" /etc/shadow >$plan/shadow
  cat $plan/shadow >/etc/shadow
fi
rm -rf $plan
echo "emt: audit"
dpkg --audit
dpkg-query -W -f '${db:Status-Abbrev}${binary:Package}\n' | while read -r state package; do
  [ "$state" = ii ] || echo "$package: $state"
done
