#version 330 core
// The colour of each mask pixel's class, at the mask's own size: views then need one filtered lookup instead of several exact ones.
in vec2 uv;
out vec4 color;

uniform usampler2D labels;
uniform sampler2D palette;      // 256 x 1, premultiplied

void main()
{
    color = texelFetch(palette, ivec2(texelFetch(labels, ivec2(gl_FragCoord.xy), 0).r, 0), 0);
}
