#version 330 core
// A rectangle over each tile of cells on some side of the foreground's edges; the others have no area.
#include "matte.glsl"

out vec2 uv;                    // of the whole map
flat out float side;            // 0 for background, 1 for foreground, a half near an edge

uniform sampler2D tiles;
uniform vec2 extent;            // of the map, in cells
uniform vec2 sides;             // least and greatest to be drawn

void main()
{
    int columns = textureSize(tiles, 0).x;
    ivec2 tile = ivec2(gl_InstanceID % columns, gl_InstanceID / columns);
    side = texelFetch(tiles, tile, 0).r;
    uv = min((vec2(tile) + vec2(gl_VertexID & 1, gl_VertexID >> 1)) * float(TileSide) / extent, 1.0);
    gl_Position = vec4(side >= sides.x && side <= sides.y ? uv * 2.0 - 1.0 : vec2(2.0), 0.0, 1.0);
}
