#!/bin/sh
# Checks by hand, with openssl and base64 alone, that an event's line is in the log, and that the log's key signed it.
# In the working directory: line.json (one line of `tahavol export events`), receipt.tlog-proof, log.vkey (one public key).
set -eu
sha() { openssl dgst -sha256 -binary | base64 -w0; }

# the line's leaf
h=$( (printf '\0'; tr -d '\n' < line.json) | sha )

# up the tree: what is left or right is told by the index
index=$(sed -n 's/^index //p' receipt.tlog-proof)
last=$(( $(sed '1,/^$/d' receipt.tlog-proof | sed -n 2p) - 1 ))
[ "$index" -le "$last" ] || { echo "the log is not that long"; exit 1; }
for sibling in $(sed '1,2d; /^$/,$d' receipt.tlog-proof); do
  if [ $((index % 2)) = 1 ] || [ "$index" = "$last" ]; then
    h=$( (printf '\1'; echo "$sibling" | base64 -d; echo "$h" | base64 -d) | sha )
    while [ $((index % 2)) = 0 ] && [ "$index" != 0 ]; do index=$((index / 2)); last=$((last / 2)); done
  else
    h=$( (printf '\1'; echo "$h" | base64 -d; echo "$sibling" | base64 -d) | sha )
  fi
  index=$((index / 2)); last=$((last / 2))
done
root=$(sed '1,/^$/d' receipt.tlog-proof | sed -n 3p)
echo "computed root  $h"
echo "signed root    $root"
[ "$h" = "$root" ] && [ "$last" = 0 ] || { echo "this line is not at this place of the tree"; exit 1; }

# the signature over the three lines; while keys are changed there are two, and one is enough
sed '1,/^$/d' receipt.tlog-proof | sed '/^$/,$d' > text
sed '1,/^$/d' receipt.tlog-proof | sed -n 's/^— [^ ]* //p' > signatures
while read -r key; do
  (printf '\060\052\060\005\006\003\053\145\160\003\041\000'; echo "$key" | cut -d+ -f3- | base64 -d | tail -c 32) > key.der
  while read -r signature; do
    echo "$signature" | base64 -d | tail -c 64 > signature
    if openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in text -sigfile signature 2> /dev/null; then
      echo "by $key"
      exit 0
    fi
  done < signatures
done < log.vkey
echo "signed by none of these keys"
exit 1
