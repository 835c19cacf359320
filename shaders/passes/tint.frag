#version 330 core
// The colour of each mask pixel's class, at the mask's own size: views then need one filtered lookup instead of several exact ones.
in vec2 uv;
out vec4 color;

uniform usampler2D labels;
uniform sampler2D confidence;
uniform sampler2D palette;      // 256 x 1, premultiplied
uniform vec2 strength;          // where the network is unsure, and where it is sure

void main()
{
    ivec2 at = ivec2(gl_FragCoord.xy);
    float sure = smoothstep(0.2, 0.8, texelFetch(confidence, at, 0).r);
    color = texelFetch(palette, ivec2(texelFetch(labels, at, 0).r, 0), 0) * mix(strength.x, strength.y, sure);
}
