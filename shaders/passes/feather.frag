#version 330 core
// Second half of the feather: along columns. Outwards the matte falls from 1 at its edge, inwards to 0 at its edge.
#include "feather.glsl"

out float feathered;

uniform sampler2D hard;         // the matte without a feather
uniform float outwards;         // 1, or 0 for inwards

void main()
{
    float soft = mean() * 2.0, own = texture(hard, uv).r;
    feathered = outwards > 0.5 ? max(own, min(soft, 1.0)) : min(own, max(soft - 1.0, 0.0));
}
