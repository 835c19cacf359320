#version 330 core
// The colour of each mask pixel's class, at the mask's own size: views then need one filtered lookup instead of several exact ones.
in vec2 uv;
layout(location = 0) out vec4 color;
layout(location = 1) out vec4 wash;

uniform usampler2D labels;
uniform sampler2D confidence;
uniform sampler2D palette;      // 256 x 1, premultiplied
uniform float opacity;

void main()
{
    ivec2 at = ivec2(gl_FragCoord.xy);
    color = texelFetch(palette, ivec2(texelFetch(labels, at, 0).r, 0), 0);
    float sure = smoothstep(0.2, 0.8, texelFetch(confidence, at, 0).r);
    wash = color * opacity * mix(0.5, 1.0, sure);
}
