#!/usr/bin/env bash
# ./run.sh publish OUT.tar.gz|OUT.deb: a release for x86-64 Linux that needs no .NET, of the last commit. The same commit gives the same
# bytes: files come from git, paths are mapped, times are the commit's.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

fail() { echo "error: $*" >&2; exit 2; }
# shellcheck source=app/packaging/packages.sh
. "$here/packages.sh"

usage() {
    cat <<'EOF'
./run.sh publish OUT.tar.gz [-y]   both programs with models, shaders, .NET and docs, to be unpacked anywhere: bin/rtseg
./run.sh publish OUT.deb [-y]      the same as a package for Debian and Ubuntu, with a service
Releases are made of the last commit and take some minutes; an existing file is overwritten with -y only. See docs/install.md.
EOF
}

# The tree of a release below $1, as it lies below /usr or elsewhere, from the sources in $source.
lay_out() {
    local to=$1 lib=$1/lib/rtseg doc=$1/share/doc/rtseg project
    mkdir -p "$to/bin" "$lib" "$doc"
    for project in app/RealtimeSeg.App.csproj training/RealtimeSeg.Training.csproj; do # into one folder, with one .NET
        echo "publishing $project" >&2
        dotnet publish "$source/$project" -c Release --self-contained -o "$lib" -nologo -v quiet -nodeReuse:false \
            -p:UseSharedCompilation=false -p:RestoreLockedMode=true -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false \
            -p:DebugType=none -p:PublishDocumentationFiles=false -p:PathMap="$source=/_" \
            -p:EnableSourceControlManagerQueries=false -p:SourceRevisionId="$commit" >"$work/log" 2>&1 ||
            { cat "$work/log" >&2; fail "the build failed"; }
    done
    find "$lib" \( -name '*.pdb' -o -name '*.dbg' -o -name '*.xml' \) -delete
    # .NET's writer of core dumps, and what ONNX Runtime's package adds for Windows.
    rm -f "$lib/createdump" "$lib"/onnxruntime*.{dll,lib}
    cp "$source/app/packaging/rtseg" "$to/bin/rtseg"
    cp "$source"/app/packaging/{packages,verbs}.sh "$lib"
    write_docs "$to" "$lib" "$doc"
    install -D "$source/app/packaging/rtseg.service" "$to/lib/systemd/system/rtseg.service"
    install -D "$source/app/packaging/rtseg.sysusers" "$to/lib/sysusers.d/rtseg.conf"
    find "$to" -type d -exec chmod 755 {} +
    find "$to" -type f -exec chmod 644 {} +
    chmod 755 "$to/bin/rtseg" "$lib/rtseg" "$lib/rtseg-train"
}

# Pages keep their places to each other, so that their links lead somewhere.
write_docs() {
    local to=$1 lib=$2 doc=$3
    mkdir -p "$doc/docs" "$doc/models" "$to/share/man/man1" "$to/share/bash-completion/completions" \
        "$to/share/fish/vendor_completions.d"
    cp "$source"/{README.md,LICENSE} "$doc"
    cp "$source"/docs/*.{md,csv,webp} "$doc/docs"
    cp "$source"/models/{README.md,*.png} "$doc/models"
    cp "$source/app/packaging/rtseg.default" "$doc"
    install -D "$source/app/packaging/Containerfile" "$doc/app/packaging/Containerfile"
    mkdir "$doc/.github"
    cp "$source"/.github/*.md "$doc/.github"
    copy_licences "$doc/licences"
    "$lib/rtseg" manual "$source/docs/cli.md" | gzip -9n >"$to/share/man/man1/rtseg.1.gz"
    "$lib/rtseg" completion bash >"$to/share/bash-completion/completions/rtseg"
    "$lib/rtseg" completion fish >"$to/share/fish/vendor_completions.d/rtseg.fish"
}

# What the packages that were restored for the programs hold of licences and notices, and those of .NET's runtime.
copy_licences() {
    local to=$1 cache name version folder file
    cache=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')
    while read -r name version; do
        folder=${cache%/}/${name,,}/${version,,}
        for file in "$folder"/{LICENSE,License,license,NOTICE,THIRD-PARTY,ThirdParty,Notices}*; do
            [[ -e $file ]] || continue
            mkdir -p "$to/$name"
            cp -r "$file" "$to/$name/"
        done
    done < <(shipped_packages)
}

# Names and versions: those of the lists that the programs carry of their parts.
shipped_packages() {
    sed -n 's/^ *"\(runtimepack\.\)\{0,1\}\([A-Za-z0-9._-]*\)\/\([0-9][^"]*\)": {$/\2 \3/p' \
        "$work/tree/lib/rtseg/rtseg.deps.json" "$work/tree/lib/rtseg/rtseg-train.deps.json" | sort -u
}

pack_tar() {
    tar -c --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --format=gnu \
        -C "$work" --transform "s,^tree,rtseg-$version-linux-x64," tree | gzip -6n >"$work/out"
}

# The tree below usr/, with what Debian asks of a package.
pack_deb() {
    local deb=$work/deb depends
    command -v dpkg-deb >/dev/null || fail "no dpkg-deb: install the package dpkg"
    depends=$(known_packages | cut -d' ' -f1 | paste -sd, | sed 's/,/, /g')
    mkdir -p "$deb/DEBIAN"
    mv "$work/tree" "$deb/usr"
    install -D -m 644 "$source/app/packaging/rtseg.default" "$deb/etc/default/rtseg"
    echo /etc/default/rtseg >"$deb/DEBIAN/conffiles"
    cp "$source"/app/packaging/debian/* "$deb/DEBIAN"
    chmod 755 "$deb"/DEBIAN/{postinst,prerm,postrm} "$deb" "$deb/etc" "$deb/etc/default" "$deb/DEBIAN"
    chmod 644 "$deb/DEBIAN/conffiles"
    cat >"$deb/DEBIAN/control" <<EOF
Package: rtseg
Version: $version+git$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d).${commit:0:7}
Architecture: amd64
Maintainer: $(property Authors)
Section: video
Priority: optional
Installed-Size: $(find "$deb/usr" "$deb/etc" -type f -printf '%s\n' | awk '{ n += int(($1 + 1023) / 1024) } END { print n }')
Depends: libc6, libgcc-s1, libstdc++6, libssl3, ca-certificates, bash, systemd-standalone-sysusers | systemd, $depends
Description: $(property Description | sed 's/\.$//')
 Segments a webcam, a video, images or a network stream as they come and shows
 or writes the result; trains and exports the networks that do it. Models for
 streets and for people are contained, and .NET, too.
EOF
    (cd "$deb" && find usr etc -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$deb/DEBIAN/md5sums"
    dpkg-deb --root-owner-group -Zgzip -z6 --build "$deb" "$work/out" >/dev/null
}

property() { sed -n "s,^ *<$1>\(.*\)</$1>\$,\1,p" "$source/Directory.Build.props"; }

out='' overwrite=''
for argument; do
    case $argument in
        -h | --help) usage; exit 0 ;;
        -y) overwrite=yes ;;
        *.tar.gz | *.deb) [[ -z $out ]] || fail "two names, $out and $argument: name one"; out=$argument ;;
        *) fail "cannot publish '$argument': name OUT.tar.gz or OUT.deb" ;;
    esac
done
[[ -n $out ]] || { usage >&2; exit 2; }
[[ ! -e $out || -n $overwrite ]] || fail "$out exists: overwrite it with -y, or choose another name"
[[ -d $(dirname "$out") ]] || mkdir -p "$(dirname "$out")" || fail "cannot make the folder of $out"
command -v dotnet >/dev/null || fail "no .NET SDK: install .NET 10 (https://dotnet.microsoft.com/download, or the package dotnet-sdk-10.0)"
commit=$(git -C "$root" rev-parse HEAD 2>/dev/null) || fail "no commit to publish: $root is no git checkout, or git is not installed"
[[ -z $(git -C "$root" status --porcelain) ]] || echo "note: changes that are not committed are not in the release" >&2
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct)
export SOURCE_DATE_EPOCH DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source=$work/source
mkdir "$source"
git -C "$root" archive HEAD | tar -x -C "$source"
version=$(property Version)
lay_out "$work/tree"
case $out in
    *.tar.gz) pack_tar ;;
    *) pack_deb ;;
esac
# On the same disk first, so that the name never stands for half a file.
cp "$work/out" "$out.part" && mv -f "$out.part" "$out"
echo "$out: $version of ${commit:0:7}, $(($(stat -c %s "$out") / 1000000)) MB, SHA-256 $(sha256sum "$out" | cut -d' ' -f1)"
