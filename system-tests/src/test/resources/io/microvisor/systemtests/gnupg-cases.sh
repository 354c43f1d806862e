# Makes keys and signatures of every sort with GnuPG: NAME.asc is clear-signed, NAME.sig beside the text;
# all.keys is the keyring, NAME.unaltered a key that the test alters before it adds it.
mkdir -m 700 "$GNUPGHOME"
g() { gpg --batch --quiet --no-tty --yes --pinentry-mode loopback --passphrase '' "$@"; }
key() { who=$1; algorithm=$2; expire=${3:-never}; g --quick-generate-key "$who <$who@example.org>" "$algorithm" sign "$expire"; }
old_key() { g --faked-system-time 20200101T000000 --quick-generate-key "$1 <$1@example.org>" ed25519 "${3:-sign}" "${2:-never}"; }
fingerprint() { g --with-colons --list-keys "=$1 <$1@example.org>" | sed -n 's/^fpr:*\([0-9A-F]*\):$/\1/p' | head -n 1; }
# signed KEY NAME [OPTION...]
signed() { who=$1; name=$2; shift 2; g --local-user "=$who <$who@example.org>" --output "$name.asc" "$@" --clearsign text; }
edit() { who=$1; shift; printf '%s\n' "$@" | gpg --quiet --no-tty --yes --pinentry-mode loopback --passphrase '' --command-fd 0 --status-fd 3 --edit-key "$(fingerprint "$who")" 3>/dev/null >/dev/null 2>&1; }

# Sorts of keys.
for algorithm in ed25519 rsa2048 rsa3072 nistp256 nistp384 nistp521 brainpoolP256r1 rsa1024 dsa2048; do
  key $algorithm $algorithm
  signed $algorithm $algorithm
done
g --quick-add-key "$(fingerprint rsa3072)" elg2048 encr never

# Digests.
for digest in SHA256 SHA384 SHA512 SHA224 SHA1 RIPEMD160; do
  signed rsa3072 digest-$digest --digest-algo $digest
done
signed rsa3072 digest-MD5 --allow-weak-digest-algos --digest-algo MD5

# Beside the text, and around it.
g -u ed25519@example.org --output binary.sig --detach-sign text
g -u ed25519@example.org --output armored.sig --armor --detach-sign text
g -u ed25519@example.org --output text-mode.sig --textmode --detach-sign text
printf 'other: text\n' >other
g -u ed25519@example.org --output other-text.asc --clearsign other
g -u ed25519@example.org --output of-another-file.sig --detach-sign other
g -u ed25519@example.org --output message-inside.sig --sign text
g -u ed25519@example.org --output message-inside-armored.asc --armor --sign text

# Several signatures.
key stranger ed25519
signed stranger unknown-key
signed ed25519 two-known -u rsa3072@example.org
signed stranger unknown-and-known -u ed25519@example.org
signed rsa1024 weak-and-good -u ed25519@example.org

# Subpackets.
signed ed25519 notation --sig-notation a@example.org=1
signed ed25519 notation-critical --sig-notation '!a@example.org=1'
signed ed25519 policy-critical --sig-policy-url '!http://example.org/'

# Times.
signed ed25519 expires-later --default-sig-expire 1y
old_key old
signed old signature-expired --faked-system-time 20200601T000000 --default-sig-expire 1d
signed old signature-old --faked-system-time 20200601T000000
signed old signature-from-future --faked-system-time 20900101T000000
signed old signature-before-key --faked-system-time 20190101T000000 --ignore-time-conflict
old_key expired 1y
signed expired key-expired --faked-system-time 20200601T000000
old_key renewed 1y
signed renewed key-renewed --faked-system-time 20200601T000000
g --quick-set-expire "$(fingerprint renewed)" 0

# Subkeys.
for name in subkey subkey-revoked no-binding no-back-signature; do
  old_key $name never cert
  g --quick-add-key "$(fingerprint $name)" ed25519 sign never
  signed $name $name
done
old_key subkey-expired never cert
g --faked-system-time 20200102T000000 --quick-add-key "$(fingerprint subkey-expired)" ed25519 sign 1y
signed subkey-expired subkey-expired --faked-system-time 20200601T000000
old_key primary-expired 1y cert
g --faked-system-time 20200102T000000 --quick-add-key "$(fingerprint primary-expired)" ed25519 sign never
signed primary-expired primary-expired --faked-system-time 20200601T000000
edit subkey-revoked 'key 1' revkey y 0 '' y save

# Other states of keys.
key revoked ed25519
signed revoked key-revoked
sed 's/^:---/---/' "$GNUPGHOME/openpgp-revocs.d/$(fingerprint revoked).rev" | g --import
key two-names ed25519
g --quick-add-uid "$(fingerprint two-names)" 'second <second@example.org>'
signed two-names name-revoked
g --quick-revoke-uid "$(fingerprint two-names)" 'second <second@example.org>'
key not-for-signing ed25519
signed not-for-signing not-for-signing
edit not-for-signing change-usage S Q save
key no-self-signature ed25519
signed no-self-signature no-self-signature

# Version 3, which GnuPG 1 still makes.
mkdir -m 700 "$GNUPGHOME/1"
one() { gpg1 --homedir "$GNUPGHOME/1" --batch --quiet --no-tty --yes "$@"; }
printf 'Key-Type: RSA\nKey-Length: 2048\nName-Real: first\nName-Email: first@example.org\nExpire-Date: 0\n%%commit\n' | one --gen-key
one --digest-algo SHA256 --output version-4.asc --clearsign text
one --digest-algo SHA256 --force-v3-sigs --output version-3.asc --clearsign text
one --digest-algo SHA256 --force-v3-sigs --output version-3.sig --detach-sign text
mv version-3.sig version-3-detached.sig
one --export >all.keys

g --export ed25519 rsa2048 rsa3072 nistp256 nistp384 nistp521 brainpoolP256r1 rsa1024 dsa2048 old expired renewed \
  subkey-expired primary-expired subkey-revoked revoked two-names not-for-signing >>all.keys
g --export '=subkey <subkey@example.org>' >>all.keys
for name in no-binding no-back-signature no-self-signature; do
  g --export "=$name <$name@example.org>" >$name.unaltered
done
