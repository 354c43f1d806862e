# Runs inside the sandbox, as the build root's root: builds every source below /usr/src that has a dkms.conf, for each kernel
# release given, and leaves the modules in /usr/lib/modules/<release>/updates/dkms. Lines beginning with "emt: " tell the caller
# where we are; the first failure ends everything, after what make said.
#
# arguments: the kernel releases
set -u
umask 022
cd /
for release in "$@"; do
  kernel=/usr/lib/modules/$release
  # Without this program dkms leaves modules unsigned; else it would make a key of its own, another one each time.
  rm -f "$kernel/build/scripts/sign-file"
  for conf in /usr/src/*/dkms.conf; do
    [ -f "$conf" ] || continue
    folder=${conf%/dkms.conf}
    names=$(kernelver=$release arch=x86_64 bash -c '. "$1" >&2 && echo "$PACKAGE_NAME $PACKAGE_VERSION"' conf "$conf") || exit 99
    name=${names% *} version=${names##* }
    echo "emt: source $folder $name $version $release"
    # Packages' own scripts may have announced it already.
    [ -e "/var/lib/dkms/$name/$version/source" ] || dkms add "$folder" || {
      echo "emt: failed add $?"
      exit 100
    }
    dkms build -m "$name" -v "$version" -k "$release" -a x86_64
    status=$?
    if [ $status -ne 0 ]; then
      echo "emt: failed build $status"
      cat "/var/lib/dkms/$name/$version/build/make.log" 2>/dev/null
      exit 100
    fi
    mkdir -p "$kernel/updates/dkms"
    for module in "/var/lib/dkms/$name/$version/$release/x86_64/module/"*.ko*; do
      [ ! -e "$kernel/updates/dkms/${module##*/}" ] || {
        echo "emt: failed twice ${module##*/}"
        exit 100
      }
      cp "$module" "$kernel/updates/dkms/" || exit 99
    done
  done
done
rm -rf /var/lib/dkms /tmp/* /var/tmp/*
