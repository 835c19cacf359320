# shellcheck shell=bash
# Debian packages that the programs need at run time, and what shows that they are there. Sourced.

# Package, then a library that the loader finds, a program, or patterns of files one of which exists.
known_packages() {
    cat <<'EOF'
libglfw3 library libglfw.so.3
libegl1 library libEGL.so.1
libgl1 library libGL.so.1
libgl1-mesa-dri file /usr/lib/*/dri/swrast_dri.so /usr/lib/*/libgallium-*.so
libgtk-3-0 library libgtk-3.so.0
libatomic1 library libatomic.so.1
libfontconfig1 library libfontconfig.so.1
fonts-dejavu-core file /usr/share/fonts/truetype/dejavu/*.ttf
ffmpeg program ffmpeg
EOF
}

# Names of those that are not there.
missing_packages() {
    local libraries package kind signs sign
    libraries=$(/sbin/ldconfig -p 2>/dev/null || true)
    while read -r package kind signs; do
        case $kind in
            library) [[ $libraries != *"$signs"* ]] || continue ;;
            program) ! command -v "$signs" >/dev/null || continue ;;
            file) for sign in $signs; do [[ ! -e $sign ]] || continue 2; done ;;
        esac
        echo "$package"
    done < <(known_packages)
}
