# What gpgv and sqv say: one line each, TOOL NAME GOOD or BAD. gpgv's answer is read as apt reads it: some good
# signature and no bad one, whatever unknown keys there are besides.
mkdir -p "$GNUPGHOME"
by_gpgv() {
  gpgv --status-fd 1 --keyring ./all.keys "$@" >said 2>complaints || true
  if grep -q 'GNUPG:. GOODSIG' said && ! grep -q 'GNUPG:. BADSIG' said; then echo GOOD; else echo BAD; fi
}
by_sqv() {
  rm -f verified
  if sqv --keyring all.keys "$@" >said 2>complaints; then echo GOOD; else echo BAD; fi
}
for file in *.asc; do
  name=${file%.asc}
  [ $name != other-text ] || continue
  echo gpgv $name $(by_gpgv --output /dev/null $file)
  echo sqv $name $(by_sqv --output verified --cleartext $file)
done
for file in *.sig; do
  name=${file%.sig}
  echo gpgv $name $(by_gpgv $file text)
  echo sqv $name $(by_sqv --signature-file=$file text)
done
