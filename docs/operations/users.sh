#!/usr/bin/env bash
# Makes the user under which Tahavol nodes use a KurrentDB cluster that is theirs alone, and takes from everybody but the
# administrators what it does not need. Run again, it puts right what somebody has changed.
#
#   KURRENTDB=https://kurrent1:2113 CA=certs/ca/ca.crt ADMIN_PASSWORD=… TAHAVOL_PASSWORD=… ./users.sh
#
# For KurrentDB 25.0 and later; before that the headers are ES-EventType and ES-EventId.
# Needs EnableAtomPubOverHttp on the node that is asked. No quotation marks or backslashes in the passwords.
# shellcheck disable=SC2016 # $all and the like are names of the cluster and no variables
set -euo pipefail

: "${KURRENTDB:?address of a node, such as https://kurrent1:2113}"
: "${CA:?file with the authority of the cluster}"
: "${ADMIN_PASSWORD:?password of the user admin}"
: "${TAHAVOL_PASSWORD:?password for the user tahavol}"

# Passwords go through standard input, so that no list of processes shows them.
ask() {
    local expected=$1 what=$2
    shift 2
    local status
    status=$(printf 'user = "admin:%s"\n' "$ADMIN_PASSWORD" |
        curl --silent --show-error --config - --cacert "$CA" --output /dev/null --write-out '%{http_code}' "$@")
    if [[ " $expected " != *" $status "* ]]; then
        echo "$what: the cluster answers $status and not one of: $expected" >&2
        exit 1
    fi
    echo "$what: $status"
}

# 1. The user. 409: it is there already.
body=$(mktemp)
trap 'rm -f "$body"' EXIT
chmod 600 "$body"
printf '{"LoginName":"tahavol","FullName":"Tahavol nodes","Groups":[],"Password":"%s"}' "$TAHAVOL_PASSWORD" > "$body"
ask '201 409' 'user tahavol' --header 'Content-Type: application/json' --data-binary "@$body" "$KURRENTDB/users/"

# 2. What holds for every stream that says nothing else: tahavol reads and appends; nobody but administrators deletes, or writes
#    metadata, which is where retention is set.
ask '201' 'default rights' \
    --header 'Content-Type: application/json' \
    --header 'Kurrent-EventType: update-default-acl' \
    --header "Kurrent-EventId: $(</proc/sys/kernel/random/uuid)" \
    --data-binary '{
      "$userStreamAcl":   {"$r": ["tahavol"], "$w": ["tahavol"], "$d": "$admins", "$mr": "$admins", "$mw": "$admins"},
      "$systemStreamAcl": {"$r": "$admins",   "$w": "$admins",   "$d": "$admins", "$mr": "$admins", "$mw": "$admins"}
    }' \
    "$KURRENTDB/streams/%24settings"

# 3. tahavol may read $all, the order of everything. By default only administrators may.
ask '201' 'right to read $all' \
    --header 'Content-Type: application/json' \
    --header "Kurrent-EventId: $(</proc/sys/kernel/random/uuid)" \
    --data-binary '{"$acl": {"$r": ["tahavol"]}}' \
    "$KURRENTDB/streams/%24all/metadata"
