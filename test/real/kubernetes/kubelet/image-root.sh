# image-root.sh SCRATCH ROOT FOLDER USER GROUP [SOURCE TARGET]… -- PROGRAM…: runs the program in the file system of an image, which nobody can
# write to, with folders where it looks for them. In a mount namespace of its own; the layer in which the folders are is gone with it.
set -e
scratch=$1 image=$2 folder=$3 user=$4 group=$5
shift 5
mount -t tmpfs tmpfs "$scratch"
root=$scratch/root
mkdir "$scratch/upper" "$scratch/work" "$root"
mount -t overlay overlay -o "lowerdir=$image,upperdir=$scratch/upper,workdir=$scratch/work" "$root"
mkdir -p "$root/proc" "$root/dev"
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then
    mkdir -p "$root/$2"
  else
    mkdir -p "$(dirname "$root/$2")"
    touch "$root/$2"
  fi
  mount --bind "$1" "$root/$2"
  shift 2
done
shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -o remount,ro "$root"
exec unshare --root="$root" --wd="$folder" --setuid "$user" --setgid "$group" "$@"
