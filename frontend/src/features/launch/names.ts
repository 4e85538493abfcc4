const NAMES =
  "alder auk basalt beech birch bittern bramble brook cedar clover cobalt copper coral cricket curlew delta dune elder ember fern finch flint gannet garnet granite grebe heron holly jasper juniper kelp kestrel larch lark lichen linden linnet maple marten merlin moss newt nettle opal osprey otter pebble petrel pine plover quartz raven reed robin rowan sable sedge siskin slate sorrel sparrow swift tansy teal tern thistle thrush umber vole willow wren yarrow".split(
    " ",
  );

/** "heron-43": easy to say across a classroom, and not taken yet. */
export function randomName(taken: ReadonlySet<string>, random: () => number = Math.random): string {
  for (let tries = 0; ; tries++) {
    const name = `${NAMES[Math.floor(random() * NAMES.length)]}-${String(1 + Math.floor(random() * 99)).padStart(2, "0")}`;
    if (!taken.has(name) || tries > 50) return name;
  }
}
