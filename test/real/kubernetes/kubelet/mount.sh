# mount.sh SCRATCH [SOURCE TARGET]… -- PROGRAM…: runs the program with folders where it looks for them. In a mount namespace of its own:
# where a folder is missing, the nearest one that is there gets a layer above it, so that nothing is left on the machine.
set -e
scratch=$1
shift
mount -t tmpfs tmpfs "$scratch"
layer=0
while [ "$1" != -- ]; do
  if [ ! -d "$2" ]; then
    parent=$(dirname "$2")
    while [ ! -d "$parent" ]; do parent=$(dirname "$parent"); done
    parent=$(realpath "$parent")
    [ "$parent" != / ] || { echo "mount.sh: $2 would be at the root of the machine" >&2; exit 1; }
    layer=$((layer + 1))
    mkdir "$scratch/upper$layer" "$scratch/work$layer"
    mount -t overlay overlay -o "lowerdir=$parent,upperdir=$scratch/upper$layer,workdir=$scratch/work$layer" "$parent"
    mkdir -p "$2"
  fi
  mount --bind "$1" "$2"
  shift 2
done
shift
exec "$@"
