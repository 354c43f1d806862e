# Runs inside the sandbox, as the tree's root, after files were added to configured packages: does what the packages would have
# done had these files come with one of them.
#
# /run/emt/plan holds a line for each thing to do: "sysusers <file>", "tmpfiles <file>", "ldconfig", "certificates", "locales",
# "pam", "trigger <path>". What is not there to do it is left out.
set -u
umask 022
cd /
plan=/run/emt
export DEBCONF_NONINTERACTIVE_SEEN=true
failed() {
  echo "emt: failed $1 $2 $3"
  exit 100
}
run() { # package, program, arguments
  package=$1
  program=$2
  shift 2
  if command -v "$program" >/dev/null; then
    echo "emt: follow $program"
    "$program" "$@" || failed "$package" "$program" $?
  fi
}
words() { sed -n "s/^$1 //p" $plan/plan; }

# File names hold no blanks here; accounts first, for what follows may be owned by them.
accounts=$(words sysusers)
[ -z "$accounts" ] || run systemd systemd-sysusers $accounts
files=$(words tmpfiles)
if [ -n "$files" ] && command -v systemd-tmpfiles >/dev/null; then
  # An account that the template makes is not there yet. The machine does all of it again at boot, where it can.
  systemd-tmpfiles --create --exclude-prefix=/dev --exclude-prefix=/proc --exclude-prefix=/run --exclude-prefix=/sys \
    --exclude-prefix=/tmp --exclude-prefix=/var $files || true
fi
! grep -qx ldconfig $plan/plan || run libc-bin ldconfig
! grep -qx certificates $plan/plan || run ca-certificates update-ca-certificates
! grep -qx locales $plan/plan || run locales locale-gen
! grep -qx pam $plan/plan || run libpam-runtime pam-auth-update --package
for path in $(words trigger); do
  dpkg-trigger --no-await --by-package=dpkg "$path" || failed dpkg dpkg-trigger $?
done
echo "emt: triggers"
dpkg --triggers-only --pending || exit $?
# The day of the last password change (shadow(5), field 3) is not that of this run.
if [ -f /etc/shadow ]; then
  sed -E "s/^([^:]*:[^:]*:)[1-9][0-9]*:/\\1$((SOURCE_DATE_EPOCH / 86400)):/" /etc/shadow >$plan/shadow
  cat $plan/shadow >/etc/shadow
fi
rm -rf $plan
